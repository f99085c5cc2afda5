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
    {"api-contract", "  ringfence api-contract > openapi.yaml         for programs that make clients of it\n"},
    {"extension.add",
     "  ringfence extension add 1001 --name \"Ann\"                     password generated, shown once\n"
     "  ringfence extension add 1002 --registrations 3 --newcomer refuse\n"
     "  ringfence extension add 1003 --remote --no-md5                a phone outside the office\n"
     "  pass show pbx/1004 | ringfence extension add 1004 --password-stdin\n"},
    {"extension.list",
     "  ringfence extension list\n  ringfence extension list --json | jq -r '.extensions[].number'\n"
     "  ringfence extension list --department sales --search ann\n"},
    {"extension.show", "  ringfence extension show 1001\n"},
    {"extension.set",
     "  ringfence extension set 1001 --remote         allow registration from outside\n"
     "  ringfence extension set 1001 --no-enabled     shut it out\n"
     "  ringfence extension set 1001 --encrypted --agent \"Yealink SIP-T46\" --permitted 203.0.113.0/24\n"
     "  ringfence extension set 1001 --countries DE,AT   from outside only from there\n"
     "  ringfence extension set 1001 --forward-no-answer 1002 --forward-after 15s\n"
     "  ringfence extension set 1001 --forward-always 01711234567 --forward-reach national\n"
     "  ringfence extension set 1001 --default forward_always   its phones ring again\n"
     "  ringfence extension set 1001 --reach international --abroad FR,GB --hours office --department sales\n"
     "  ringfence extension set 1001 --role sales     what it may call, by a calling role\n"},
    {"extension.remove", "  ringfence extension remove 1001\n"},
    {"extension.reset-password",
     "  ringfence extension reset-password 1001                       registrations and calls of the old one end\n"
     "  ringfence extension reset-password 1001 --new-auth-name       a new registration name as well\n"},
    {"extension.link",
     "  ringfence extension link 1001                 a link for a browser, good once and for 15 minutes\n"
     "  ringfence extension link 1001 --for 2h --qr   with a QR code for a phone's camera\n"
     "  ringfence extension link 1001 --json | jq -r .link\n"},
    {"extension.unlink", "  ringfence extension unlink 1001               a link went to the wrong person\n"},
    {"extension.devices", "  ringfence extension devices 1001\n"},
    {"extension.device.remove", "  ringfence extension device remove 1001 k7m2x9q4ab   see: extension devices\n"},
    {"firewall.show",
     "  ringfence firewall show                       for nftables\n"
     "  ringfence firewall show --format aws > rules.json\n"
     "  aws ec2 authorize-security-group-ingress --group-id sg-1 --ip-permissions file://rules.json\n"},
    {"firewall.apply",
     "  ringfence firewall apply                      as root; a table of its own, others stay as they are\n"
     "  ringfence firewall apply --remove\n"},
    {"user.first",
     "  ringfence user first                          a link; whoever opens it first is the administrator\n"},
    {"user.add",
     "  ringfence user add eva@acme --tenant acme --role administrator\n"
     "  ringfence user add nils --class dealer --dealer north --role administrator\n"
     "  ringfence user add anna --display \"Anna Schmidt\" --role supervisor\n"
     "  ringfence user add bert --extension 1002     his own, whose links and password he makes\n"
     "  ringfence user add root2 --class system --for 2h     a second administrator\n"
     "  ringfence user add anna --json | jq -r .link\n"},
    {"tenant.add",
     "  ringfence tenant add acme --domains pbx.acme.example --extensions 50\n"
     "  ringfence tenant add umbrella --dealer north --calls 20 --day 100 --month 1000\n"
     "  ringfence extension add 1001 --tenant acme\n"},
    {"tenant.list", "  ringfence tenant list\n"},
    {"tenant.show", "  ringfence tenant show acme\n"},
    {"tenant.set", "  ringfence tenant set acme --dealer north --extensions 80\n"},
    {"tenant.remove", "  ringfence tenant remove acme                  it has no extensions and users any more\n"},
    {"dealer.list", "  ringfence dealer list\n"},
    {"dealer.show", "  ringfence dealer show north\n"},
    {"dealer.set",
     "  ringfence dealer set north --tenants 10 --extensions 500 --calls 100 --day 1000 --month 10000\n"
     "  ringfence user add nils --class dealer --dealer north --role dealer\n"
     "  ringfence dealer set north --tenants 0        it adds no more; those that are there stay\n"},
    {"dealer.remove", "  ringfence dealer remove north                 its tenants stay, as the system's\n"},
    {"user.list",
     "  ringfence user list\n"
     "  ringfence user list --json | jq -r '.users[] | select(.second_factor | not).name'\n"},
    {"user.show", "  ringfence user show anna\n"},
    {"user.set",
     "  ringfence user set anna --role operator       sessions end; the next login is with the new role\n"
     "  ringfence user set anna --extension 1001      her own; \"\" for none\n"
     "  ringfence user set anna --no-enabled          signed out at once, and for as long as it stands\n"
     "  ringfence user set anna --must-change         another password at the next login\n"},
    {"user.remove", "  ringfence user remove anna\n"},
    {"user.reset",
     "  ringfence user reset anna                     a lost password: a link to choose another\n"
     "  ringfence user reset anna --second-factor     a lost telephone, too\n"},
    {"role.list", "  ringfence role list\n"},
    {"role.show", "  ringfence role show supervisor\n"},
    {"role.copy", "  ringfence role copy night-shift --from operator --title \"Night shift\"\n"},
    {"role.set", "  ringfence role set night-shift --allow cdr.read,schedule.* --deny call.write\n"},
    {"role.remove", "  ringfence role remove night-shift\n"},
    {"permission.list", "  ringfence permission list\n"},
    {"token.add",
     "  ringfence token add billing --user anna --scope cdr.read,spend.read --days 30\n"
     "  ringfence token add backup --user root --scope '*.read' --json | jq -r .token\n"},
    {"token.list", "  ringfence token list\n  ringfence token list --user anna\n"},
    {"token.remove", "  ringfence token remove 7                      see: token list\n"},
    {"session.list", "  ringfence session list\n  ringfence session list --user anna --json\n"},
    {"session.remove", "  ringfence session remove 12                   see: session list\n"},
    {"sign-in.add",
     "  ringfence sign-in add corporate --kind oidc --title \"Example\" --url https://login.example.com \\\n"
     "    --client ringfence --roles \"pbx-admins=system; staff=employee\"\n"
     "  ringfence sign-in add directory --kind ldap --url ldaps://dc1.example.com --base ou=people,dc=example,dc=com "
     "\\\n"
     "    --client cn=ringfence,dc=example,dc=com --roles \"cn=staff,ou=groups,dc=example,dc=com=employee\"\n"
     "  ringfence sign-in add acme-sso --kind oidc --url https://login.acme.example --client ringfence \\\n"
     "    --people-of acme --roles \"pbx=administrator; staff=employee\"\n"},
    {"sign-in.list", "  ringfence sign-in list\n"},
    {"sign-in.show",
     "  ringfence sign-in show corporate              also the redirect URI that the provider asks for\n"},
    {"sign-in.set",
     "  ringfence sign-in set corporate --required --trusted-factor   no passwords and second factors here\n"
     "  ringfence sign-in set corporate --no-enabled                  shut; its people are signed out\n"},
    {"sign-in.secret", "  pass show pbx/corporate | ringfence sign-in secret corporate\n"},
    {"sign-in.ca", "  ringfence sign-in ca directory company-ca.pem\n"},
    {"sign-in.remove", "  ringfence sign-in remove corporate\n"},
    {"login.held", "  ringfence login held\n"},
    {"login.release", "  ringfence login release 198.51.100.7          it may try again\n"},
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
    {"cdr.show", "  ringfence cdr show 7c0q3mzk5v1t8xw2ye4a       what the call was held against, rule by rule\n"},
    {"trace.call",
     "  ringfence trace call k3v9x2m7q1w8e5r4t6y0     the id as call list and cdr list show it\n"
     "  ringfence trace call k3v9x2m7q1w8e5r4t6y0 --json | jq -r '.messages[].text'\n"},
    {"trace.extension",
     "  ringfence trace extension 1001\n"
     "  ringfence trace extension 1001 --since \"2026-01-31 08:00\"\n"},
    {"trace.source", "  ringfence trace source 198.51.100.7           strangers, too, as far as their share goes\n"},
    {"trace.log",
     "  ringfence trace log --extension 1001 --since 2026-01-01\n"
     "  ringfence trace log --source 203.0.113.0/24 --limit 500\n"},
    {"trace.export",
     "  ringfence trace export --call k3v9x2m7q1w8e5r4t6y0 --format pcap call.pcap\n"
     "  ringfence trace export --extension 1001 --since 2026-01-31 messages.txt\n"
     "  ringfence trace export --source 198.51.100.7 --format pcap - | tshark -r -\n"},
    {"exposure",
     "  ringfence exposure\n"
     "  ringfence exposure 1001\n"
     "  ringfence exposure --json | jq -r '.extensions[] | [.number, .month.amount] | @tsv'\n"},
    {"pattern.list",
     "  ringfence pattern list\n"
     "  ringfence pattern list --json | jq '.told[] | select(.score >= 70)'\n"},
    {"pattern.show",
     "  ringfence pattern show 1001                   when, where and how long it calls, and what was unusual\n"
     "  ringfence limit set extension.1001 --unusual-block 0   never refuse it for that\n"
     "  ringfence limit set tenant --unusual-pin 60 --unusual-pins staff\n"},
    {"spend.list",
     "  ringfence spend list\n"
     "  ringfence spend list --level extension --json | jq '.accounts[] | select(.today.left == \"0.00\")'\n"
     "  ringfence spend list 1001\n"},
    {"credit.add",
     "  ringfence credit add 1001 --amount 20         twenty more, in the currency of the rate decks\n"
     "  ringfence credit add 1001 --amount=-7.50      takes it away again\n"
     "  ringfence credit add trunk.carrier --amount 500   a trunk's, a department's, the tenant's or the system's\n"},
    {"guard.bans",
     "  ringfence guard bans\n  ringfence guard bans --newest --rule failed-authentication\n"
     "  ringfence guard bans --ended --json | jq '.bans[].rule'\n"},
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
    {"guard.rule.show", "  ringfence guard rule show options-sweep\n"},
    {"guard.rule.set",
     "  ringfence guard rule set options-sweep --then watch       tells whom it would catch, and touches nobody\n"
     "  ringfence guard rule set options-sweep --no-enabled\n"
     "  ringfence guard rule set failed-authentication --threshold 30 --period-s 600\n"},
    {"guard.rule.remove", "  ringfence guard rule remove options-sweep     what the file says, or what ships\n"},
    {"event.list",
     "  ringfence event list --level warning --open\n"
     "  ringfence event list --kinds guard.*,trunk.down --from 2026-01-31\n"},
    {"event.show", "  ringfence event show 17\n"},
    {"event.export",
     "  ringfence event export events.jsonl\n"
     "  ringfence event export events.csv --format csv --from 2026-01-01\n"},
    {"event.kinds", "  ringfence event kinds\n"},
    {"event.acknowledge", "  ringfence event acknowledge 17\n"},
    {"event.acknowledge-all", "  ringfence event acknowledge-all --upto 17\n"},
    {"event.test", "  ringfence event test anna\n"},
    {"event-contact.list", "  ringfence event-contact list\n"},
    {"event-contact.show", "  ringfence event-contact show anna\n"},
    {"event-contact.add",
     "  ringfence event-contact add anna --way email --target anna@example.com --language de --quiet 22:00-06:00\n"
     "  ringfence event-contact add chat --way webhook --target https://hooks.example.com/pbx\n"
     "  ringfence event-contact add logs --way syslog --target tls:logs.example.com:6514 --networks 10.1.0.0/16\n"},
    {"event-contact.set",
     "  ringfence event-contact set anna --digest 30      one message in half an hour, but for critical events\n"
     "  ringfence event-contact set anna --no-enabled\n"},
    {"event-contact.ca", "  ringfence event-contact ca logs authority.pem\n"},
    {"event-contact.secret", "  ringfence event-contact secret chat\n"},
    {"event-contact.remove", "  ringfence event-contact remove anna\n"},
    {"event-route.list", "  ringfence event-route list\n"},
    {"event-route.show", "  ringfence event-route show all-to-anna\n"},
    {"event-route.add",
     "  ringfence event-route add all-to-anna --contact anna --level warning\n"
     "  ringfence event-route add attacks --contact chat --events guard.*,login.* --level info\n"},
    {"event-route.set", "  ringfence event-route set attacks --level warning\n"},
    {"event-route.remove", "  ringfence event-route remove attacks\n"},
    {"event-template.list", "  ringfence event-template list\n"},
    {"event-template.show", "  ringfence event-template show trunk.down --language de\n"},
    {"event-template.set",
     "  ringfence event-template set trunk.down --language de --subject \"Leitung {subject} ist weg\" text.txt\n"},
    {"event-template.remove", "  ringfence event-template remove trunk.down --language de\n"},
    {"setting.list", "  ringfence setting list\n"},
    {"setting.show", "  ringfence setting show login.second_factor\n"},
    {"setting.set",
     "  ringfence setting set login.second_factor system,dealer     they set one up when they sign in next\n"
     "  ringfence setting set login.idle_s 900\n"
     "  ringfence setting set web.permitted 192.0.2.0/24,198.51.100.7\n"
     "  ringfence setting set web.permitted \"\"                      from anywhere\n"},
    {"setting.remove", "  ringfence setting remove login.idle_s     what the file says, or what stands without it\n"},
    {"mail.show", "  ringfence mail show\n"},
    {"mail.set",
     "  ringfence mail set --server mail.example.com --user pbx --password-stdin --from pbx@example.com < password\n"
     "  ringfence mail set --server 10.1.0.25 --port 25 --tls none --user \"\" --from pbx@example.com\n"},
    {"mail.ca", "  ringfence mail ca authority.pem\n"},
    {"audit-log.list", "  ringfence audit-log list\n  ringfence audit-log list --kind command --from 2026-01-31\n"},
    {"audit-log.export",
     "  ringfence audit-log export audit.txt\n  ringfence audit-log export --after 20000 audit2.txt\n"},
    {"audit-log.verify",
     "  ringfence audit-log verify                the log on disk\n"
     "  ringfence audit-log verify audit.txt      anywhere, without a server\n"
     "  ringfence audit-log verify audit.txt --key 41… --seen 17:3f…   as a line audit_checkpoint of the log said\n"},
    {"audit-log.note", "  ringfence audit-log note \"restored the database of 31 January\"\n"},
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
    {"telephony.set",
     "  ringfence telephony set --home DE --area-code 30 --time-zone Europe/Berlin\n"
     "  ringfence telephony set --home US --currency USD --outside-prefix 9\n"},
    {"telephony.show", "  ringfence telephony show\n"},
    {"limit.set",
     "  ringfence limit set system --day 300 --month 3000\n"
     "  ringfence limit set extension --day 10.00 --paces \"5 per 1s, distinct 30 per 1h\"   for all that have no own\n"
     "  ringfence limit set tenant --paces \"alert 60 per 1m, 100 per 1m\"   told before it refuses\n"
     "  ringfence limit set extension.1001 --day none --calls 10\n"
     "  ringfence limit set extension.1001 --default day,calls     what stands for all again\n"},
    {"limit.list", "  ringfence limit list\n"},
    {"limit.show", "  ringfence limit show extension.1001            what holds, and where it comes from\n"},
    {"limit.remove", "  ringfence limit remove extension.1001\n"},
    {"schedule.add",
     "  ringfence schedule add office --hours \"mon-fri 08:00-18:00; yearly 12-25 closed\" --zone Europe/Berlin\n"},
    {"schedule.set", "  ringfence schedule set office --hours \"mon-thu 08:00-18:00; fri 08:00-14:00\"\n"},
    {"schedule.list", "  ringfence schedule list\n"},
    {"schedule.show", "  ringfence schedule show office\n"},
    {"schedule.remove", "  ringfence schedule remove office\n"},
    {"department.add",
     "  ringfence department add sales\n  ringfence extension set 1001 --department sales\n"
     "  ringfence limit set department.sales --month 500\n"},
    {"department.set", "  ringfence department set sales --description \"Sales, second floor\"\n"},
    {"department.list", "  ringfence department list\n"},
    {"department.show", "  ringfence department show sales\n"},
    {"department.remove", "  ringfence department remove sales\n"},
    {"trunk.add",
     "  ringfence trunk add provider --kind registers --uri \"sip:provider.example;transport=tls\" --user 4930123 "
     "--deck cheap\n"
     "  ringfence trunk add gateway --kind peer_certificate --uri sips:gw.example --certificates gw.example\n"},
    {"trunk.set",
     "  ringfence trunk set provider --out-calls 30 --out-alert 20\n"
     "  ringfence trunk set provider --no-enabled\n"},
    {"trunk.password",
     "  ringfence trunk password provider              asks for it\n"
     "  pass show provider | ringfence trunk password provider\n"},
    {"trunk.list", "  ringfence trunk list\n"},
    {"trunk.show", "  ringfence trunk show provider\n"},
    {"trunk.remove", "  ringfence trunk remove provider\n"},
    {"route.add",
     "  ringfence route add national --patterns +49. --trunks provider,reserve\n"
     "  ringfence route add abroad --patterns +. --trunks cheap,provider --least-cost --hours office\n"},
    {"route.set", "  ringfence route set abroad --countries FR,GB --departments sales\n"},
    {"route.move",
     "  ringfence route move national --before abroad\n"
     "  ringfence route move abroad          behind all\n"},
    {"route.list", "  ringfence route list\n"},
    {"route.show", "  ringfence route show abroad\n"},
    {"route.remove", "  ringfence route remove abroad\n"},
    {"route.test",
     "  ringfence route test --from 1001 --to 00442079460000\n"
     "  ringfence route test --from 1001 --to +442079460000 --for forward\n"
     "  ringfence route test --from 1001 --to +442079460000 --at \"2026-12-25 20:00\"\n"},
    {"pin-list.add",
     "  ringfence pin-list add abroad --tries 3 --lock 15m\n  ringfence pin add abroad project-7\n"
     "  ringfence route set abroad --pins abroad       now its calls need a PIN\n"
     "  ringfence pin-list add clients --asks account_code      codes for the bill, which are no secrets\n"},
    {"calling-role.add",
     "  ringfence calling-role add sales --reach international --abroad FR,GB,AT --classes shared_cost\n"
     "  ringfence calling-role add lobby --reach national --hours office\n"
     "  ringfence calling-role add projects --reach international --pins clients   every call names an account\n"},
    {"calling-role.set", "  ringfence calling-role set sales --abroad FR,GB,AT,CH\n"},
    {"calling-role.list", "  ringfence calling-role list\n"},
    {"calling-role.show",
     "  ringfence calling-role show sales\n  ringfence calling-role show national       built in\n"},
    {"calling-role.remove",
     "  ringfence extension set 1001 --role national && ringfence calling-role remove sales\n"},
    {"country.allow",
     "  ringfence country allow CU                       not denied for the tenant any more\n"
     "  ringfence country allow FR,AT,CH --of department.sales --only   abroad these alone\n"},
    {"country.deny",
     "  ringfence country deny CU,KP                     for the tenant\n"
     "  ringfence country deny LV --of system            for every tenant\n"},
    {"country.list",
     "  ringfence country list\n  ringfence country list --of extension.1001      with its role and all levels\n"},
    {"pin-list.set", "  ringfence pin-list set abroad --tries 5\n"},
    {"pin-list.list", "  ringfence pin-list list\n"},
    {"pin-list.show", "  ringfence pin-list show abroad\n"},
    {"pin-list.remove", "  ringfence route set abroad --default pins && ringfence pin-list remove abroad\n"},
    {"pin.add",
     "  ringfence pin add abroad project-7             makes one of 8 digits and shows it once\n"
     "  pass show project-7 | ringfence pin add abroad project-7 --stdin\n"
     "  ringfence pin add clients 4711                 of a list that asks for account codes\n"},
    {"pin.remove", "  ringfence pin remove abroad project-7\n"},
    {"pin.list", "  ringfence pin list abroad\n"},
    {"ring-group.add",
     "  ringfence ring-group add sales --number 600 --members 1001,1002\n"
     "  ringfence ring-group add night --number 601 --members 1003,1001 --order in_turn --ring 15s --otherwise 1009\n"},
    {"ring-group.set", "  ringfence ring-group set sales --members 1001,1002,1004 --order least_recent\n"},
    {"ring-group.list", "  ringfence ring-group list\n"},
    {"ring-group.show", "  ringfence ring-group show sales\n"},
    {"ring-group.remove", "  ringfence ring-group remove sales\n"},
    {"emergency.test",
     "  ringfence emergency test 112 --from 1001       by which trunks, in which order, shown as whom\n"},
    {"reach",
     "  ringfence reach --to premium                   who can call premium numbers\n"
     "  ringfence reach --from 1001\n"
     "  ringfence reach --from outside                 what callers reach on whose account, without a password\n"},
    {"inbound.add",
     "  ringfence inbound add reception --called +4930123. --extension 1001 --hours office\n"
     "  ringfence inbound add sales --called +4930124. --target ring_group --ring-group sales --caller-pace \"5 per "
     "1m\"\n"
     "  ringfence inbound add pests --caller-lists spam --callers +4477009. --target reject\n"
     "  ringfence inbound add closed --called +4930123. --target announcement --announcement closed\n"},
    {"inbound.test",
     "  ringfence inbound test --trunk provider --to +493012345\n"
     "  ringfence inbound test --trunk provider --to +493012345 --from +442079460000 --at \"2026-12-25 20:00\"\n"},
    {"inbound.set", "  ringfence inbound set reception --no-anonymous\n"},
    {"inbound.move", "  ringfence inbound move pests --before reception\n"},
    {"inbound.list", "  ringfence inbound list\n"},
    {"inbound.show", "  ringfence inbound show reception\n"},
    {"inbound.remove", "  ringfence inbound remove reception\n"},
    {"number-list.import",
     "  ringfence number-list import fraud ranges.txt --listing fraud\n"
     "  curl -s https://example.org/list | ringfence number-list import shared - --description \"from example.org\"\n"},
    {"number-list.set", "  ringfence number-list set fraud --description \"our own\"\n"},
    {"number-list.list", "  ringfence number-list list\n"},
    {"number-list.show", "  ringfence number-list show fraud\n"},
    {"number-list.remove", "  ringfence number-list remove fraud\n"},
    {"deck.import",
     "  ringfence deck import cheap rates.csv          prefixes that it does not name keep their rates\n"
     "  ringfence deck import cheap rates.csv --replace --increments 1/1\n"},
    {"deck.set", "  ringfence deck set cheap --description \"contract of 2026\"\n"},
    {"deck.list", "  ringfence deck list\n"},
    {"deck.show", "  ringfence deck show cheap\n"},
    {"deck.remove", "  ringfence deck remove cheap\n"},
    {"policy.export",
     "  ringfence policy export policy.toml\n"
     "  ringfence policy export - | git diff --no-index policy.toml -\n"},
    {"policy.plan",
     "  ringfence policy plan policy.toml              what would change, without touching anything\n"
     "  ringfence policy plan policy.toml --since 2026-01-01\n"
     "  ringfence policy plan policy.toml --json | jq '.replay.findings[] | select(.what == \"refused\")'\n"},
    {"policy.apply",
     "  ringfence policy plan policy.toml && ringfence policy apply policy.toml\n"
     "  ringfence policy apply --remove policy.toml    and what is not in the file goes\n"},
    {"status", "  ringfence status\n  ringfence status --json | jq .limits\n"},
    {"ports", "  ringfence ports\n"},
    {"media.list",
     "  ringfence media list\n"
     "  ringfence media list --json | jq '.servers[] | select(.state == \"down\")'\n"},
    {"certificate.show", "  ringfence certificate show\n"},
    {"certificate.renew", "  ringfence certificate renew && ringfence certificate show\n"},
    {"certificate.install",
     "  cat fullchain.pem privkey.pem | ringfence certificate install -\n"
     "  ringfence certificate install pbx.pem && ringfence certificate show\n"},
    {"certificate.remove", "  ringfence certificate remove && ringfence certificate show\n"},
    {"certificate.authority", "  ringfence certificate authority > ca.pem\n"},
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
