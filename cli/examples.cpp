#include "cli/examples.hpp"

#include <utility>

namespace rf::cli {
namespace {

constexpr std::pair<std::string_view, std::string_view> examples[] = {
    {"serve",
     "  ringfence serve                               run with /etc/ringfence/ringfence.toml, or defaults\n"
     "  ringfence serve --data /srv/pbx               run with /srv/pbx/ringfence.toml\n"
     "  kill -HUP PID                                 read configuration and certificates again\n"},
    {"setup",
     "  ringfence setup --data /srv/pbx               certificate, extensions 1001 and 1002, a configuration file\n"
     "  ringfence setup --extensions 2001,2002,2003   other extensions\n"},
    {"config check",
     "  ringfence config check                        the file that serve would read\n"
     "  ringfence config check /tmp/new.toml          another one, before it is put in place\n"},
    {"completion",
     "  ringfence completion bash > /etc/bash_completion.d/ringfence\n"
     "  ringfence completion zsh > ~/.zfunc/_ringfence\n"
     "  ringfence completion fish > ~/.config/fish/completions/ringfence.fish\n"},
    {"version", "  ringfence version --json\n"},
    {"extension.add",
     "  ringfence extension add 1001 --name \"Ann\"                     password generated, shown once\n"
     "  ringfence extension add 1002 --registrations 3 --newcomer refuse\n"
     "  ringfence extension add 1003 --remote --no-md5                a phone outside the office\n"
     "  pass show pbx/1004 | ringfence extension add 1004 --password-stdin\n"},
    {"extension.list",
     "  ringfence extension list\n  ringfence extension list --json | jq -r '.extensions[].number'\n"},
    {"extension.show", "  ringfence extension show 1001\n"},
    {"extension.set",
     "  ringfence extension set 1001 --remote         allow registration from outside\n"
     "  ringfence extension set 1001 --no-enabled     shut it out\n"
     "  ringfence extension set 1001 --encrypted --agent \"Yealink SIP-T46\" --permitted 203.0.113.0/24\n"
     "  ringfence extension set 1001 --countries DE,AT   from outside only from there\n"},
    {"extension.remove", "  ringfence extension remove 1001\n"},
    {"extension.reset-password",
     "  ringfence extension reset-password 1001                       registrations and calls of the old one end\n"
     "  ringfence extension reset-password 1001 --new-auth-name       a new registration name as well\n"},
    {"firewall.show",
     "  ringfence firewall show                       for nftables\n"
     "  ringfence firewall show --format aws > rules.json\n"
     "  aws ec2 authorize-security-group-ingress --group-id sg-1 --ip-permissions file://rules.json\n"},
    {"firewall.apply",
     "  ringfence firewall apply                      as root; a table of its own, others stay as they are\n"
     "  ringfence firewall apply --remove\n"},
    {"registration.list", "  ringfence registration list\n  ringfence registration list 1001 --json\n"},
    {"registration.remove",
     "  ringfence registration remove 1001            all phones of the extension\n"
     "  ringfence registration remove 1001 --contact KEY   one of them; KEY from registration list\n"},
    {"call.list", "  ringfence call list\n"},
    {"call.hangup", "  ringfence call hangup 7c0q3mzk5v1t8xw2ye4a    the id from call list\n"},
    {"cdr.list",
     "  ringfence cdr list --limit 20\n"
     "  ringfence cdr list --number 1001 --from 2026-01-31 --result no_answer\n"
     "  ringfence cdr list --from 2026-01-01 --to 2026-02-01 --limit 10000 --csv > january.csv\n"},
    {"spend.list",
     "  ringfence spend list\n"
     "  ringfence spend list --level extension --json | jq '.accounts[] | select(.today.left == \"0.00\")'\n"
     "  ringfence spend list --number 1001\n"},
    {"credit.add",
     "  ringfence credit add 1001 20                  twenty more, in the currency of the rate decks\n"
     "  ringfence credit add 1001 --amount=-7.50      takes it away again\n"},
    {"guard.bans", "  ringfence guard bans\n  ringfence guard bans --ended --json | jq '.bans[].rule'\n"},
    {"guard.explain", "  ringfence guard explain 198.51.100.7          what it did, which rule, until when\n"},
    {"guard.release",
     "  ringfence guard release 198.51.100.7          and allow it for an hour\n"
     "  ringfence guard release 198.51.100.7 --minutes 0   let the rules see it again at once\n"},
    {"guard.allow", "  ringfence guard allow 192.0.2.0/24 --note \"head office\"\n"},
    {"guard.block",
     "  ringfence guard block 198.51.100.0/24 --minutes 1440 --note \"calls at night\"\n"
     "  ringfence guard block 198.51.100.0/255.255.255.0\n"},
    {"guard.remove", "  ringfence guard remove 198.51.100.0/24        the block as guard access shows it\n"},
    {"guard.access", "  ringfence guard access\n"},
    {"guard.country.allow",
     "  ringfence guard country allow DE,AT,CH        nobody else may talk to us\n"
     "  ringfence guard country allow DE --force      even if that cuts off what is protected\n"},
    {"guard.country.deny", "  ringfence guard country deny KP               this one may not, all others may\n"},
    {"guard.country.remove", "  ringfence guard country remove DE,AT,CH\n"},
    {"guard.country.list", "  ringfence guard country list\n"},
    {"guard.export", "  ringfence guard export rules.txt\n  ringfence guard export -\n"},
    {"guard.import",
     "  ringfence guard export rules.txt && editor rules.txt && ringfence guard import rules.txt\n"
     "  ringfence guard import --blocklist --note \"from example.org\" drop.txt\n"},
    {"guard.geo", "  ringfence guard geo 198.51.100.7\n"},
    {"guard.rules", "  ringfence guard rules\n"},
    {"guard.agents", "  ringfence guard agents\n"},
    {"guard.decoys", "  ringfence guard decoys\n"},
    {"guard.stats", "  ringfence guard stats --json | jq .verdicts\n"},
    {"guard.test",
     "  ringfence guard test 198.51.100.7\n"
     "  ringfence guard test 198.51.100.7 --transport tls --user-agent friendly-scanner --target 1001\n"},
    {"status", "  ringfence status\n  ringfence status --json | jq .limits\n"},
    {"ports", "  ringfence ports\n"},
    {"reload", "  ringfence config check && ringfence reload\n"},
    {"stop", "  ringfence stop\n"},
};

}  // namespace

std::string_view examples_of(std::string_view command) {
  for (const auto& [name, text] : examples)
    if (name == command) return text;
  return {};
}

}  // namespace rf::cli
