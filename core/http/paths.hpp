// Which of many path templates a path fits: "/api/v1/extensions/{number}" fits "/api/v1/extensions/1001".
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rf::http {

/// Templates by number. A look-up takes as many steps as the path has segments, however many templates there are.
/// Paths are compared as they were sent: nothing in them is normalised, and only values are ever decoded.
class Paths {
 public:
  /// The number of a template, counted from 0; the same template has the same.
  std::size_t add(std::string_view path);

  struct Match {
    std::size_t number = 0;
    std::vector<std::string_view> values;  ///< of what stands in braces, in order, still coded
  };
  /// None: no template fits. A segment that stands there as a word is preferred to a value.
  std::optional<Match> find(std::string_view path) const;

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  struct Node {
    std::map<std::string, std::size_t, std::less<>> words;
    std::size_t value = none;   ///< the node behind any value
    std::size_t number = none;  ///< of the template that ends here
  };
  std::size_t step(std::size_t from, std::string_view segment);

  std::vector<Node> nodes_{1};
  std::size_t count_ = 0;
};

}  // namespace rf::http
