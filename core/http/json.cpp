#include "core/http/json.hpp"

#include <utility>
#include <vector>

#include "core/base/limits/people.hpp"
#include "core/base/plain.hpp"

namespace rf::http {
namespace {

using Json = nlohmann::json;

constexpr std::size_t name_bytes = 64;

/// Builds the value while the parser walks along; false ends the walk.
class Builder : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override { return put(value); }
  bool number_float(number_float_t value, const string_t&) override { return put(value); }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (open_.back()->contains(name)) return refuse("the body says \"" + plain(name, name_bytes) + "\" twice");
    name_ = std::move(name);
    return true;
  }
  bool parse_error(std::size_t at, const std::string&, const nlohmann::detail::exception&) override {
    return refuse("the body is no JSON from its byte " + std::to_string(at) + " on");
  }

  Json root;
  std::string fault;

 private:
  bool refuse(std::string why) {
    if (fault.empty()) fault = std::move(why);
    return false;
  }
  Json* place(Json value) {
    if (open_.empty()) return root = std::move(value), &root;
    Json& parent = *open_.back();
    if (parent.size() >= ApiLimits::json_members) return nullptr;
    if (parent.is_object()) return &(parent[name_] = std::move(value));
    parent.push_back(std::move(value));
    return &parent.back();
  }
  bool put(Json value) {
    if (open_.empty()) return refuse("the body is no JSON object");
    return place(std::move(value)) != nullptr || refuse("the body holds too much");
  }
  bool open(Json value) {
    if (open_.empty() && !value.is_object()) return refuse("the body is no JSON object");
    if (open_.size() >= ApiLimits::json_depth) return refuse("the body is nested too deep");
    Json* const placed = place(std::move(value));
    if (placed == nullptr) return refuse("the body holds too much");
    // What it lies in gets no further members before this one is closed: the pointer stays good.
    open_.push_back(placed);
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  std::vector<Json*> open_;
  std::string name_;
};

}  // namespace

std::expected<Json, std::string> read_object(std::string_view text) {
  Builder builder;
  if (Json::sax_parse(text.begin(), text.end(), &builder)) return std::move(builder.root);
  return std::unexpected(builder.fault.empty() ? std::string("the body is no JSON object") : std::move(builder.fault));
}

}  // namespace rf::http
