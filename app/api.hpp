// The HTTP API's requests: each becomes a command, which goes the way of all commands.
#pragma once

#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "core/api/operation.hpp"
#include "shell/control/protocol.hpp"
#include "shell/store/answers.hpp"
#include "shell/web/site.hpp"

namespace rf::app {

/// Answers operations. What a command comes to is what the control socket would answer; what HTTP adds is here: status,
/// problem details, tags, parts of lists, and answers that are kept for an Idempotency-Key.
class Api {
 public:
  struct Desk {
    /// Carries out a command for `actor`, with its lines in the audit log. Of one that changes something `still` is
    /// asked first, and nothing else is changed in between; when it says no, nothing is done.
    std::function<control::Outcome(const command::Checked& checked, const std::string& actor,
                                   const std::function<bool()>& still)>
        carry_out;
    /// What a command that changes nothing says.
    std::function<control::Outcome(const command::Checked& checked)> show;
    /// Runs it with the answers that are kept, which nobody else uses meanwhile.
    std::function<void(const std::function<void(store::AnswerTables)>& work)> with_answers;
  };
  explicit Api(Desk desk) : desk_(std::move(desk)) {}

  /// One for each operation. They refer to this object.
  std::vector<web::Route> routes();
  web::Answer answer(const api::Operation& operation, const web::Request& asked);

 private:
  web::Answer do_once(const api::Operation& operation, const web::Request& asked);
  /// Of a request that nobody else is at.
  web::Answer do_or_replay(const api::Operation& operation, const web::Request& asked, std::uint64_t asker);
  web::Answer do_it(const api::Operation& operation, const web::Request& asked);
  web::Answer changed(const api::Operation& operation, const command::Checked& checked,
                      const command::Arguments& arguments, const web::Request& asked);

  Desk desk_;
  std::mutex mutex_;                                         ///< over `at_work_`
  std::set<std::pair<std::uint64_t, std::string>> at_work_;  ///< askers with their keys
};

/// `application/problem+json` of a command's error: "detail" is what, "remedy" what to do about it, "field" which
/// value.
web::Answer problem_of(const command::Error& error);

/// A strong tag, with its quotes. What only the moment says ("now" of a trunk) stands behind a dot: a change is held
/// against the part before it, so that it is not refused because something else happens.
std::string tag_of(const control::Json& body);
/// Whether an If-Match names what `tag` is of.
bool matches(std::string_view if_match, std::string_view tag);

}  // namespace rf::app
