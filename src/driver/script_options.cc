#include "driver/script_options.h"

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "lang/literal.h"

namespace trc {
namespace {

constexpr std::string_view kDashes = "--";
constexpr std::string_view kHelp = "--help";

std::unexpected<Error> wrong(std::string cause, std::string hint) {
  return failure(ErrorKind::invalid, std::move(cause), std::move(hint));
}

std::string quoted(std::string_view text) { return "`" + std::string(text) + "`"; }

std::vector<std::string> names_of(const Manifest& manifest) {
  std::vector<std::string> names;
  for (const OptionInfo& option : manifest.options)
    names.push_back(std::string(kDashes) + option.name);
  return names;
}

std::unexpected<Error> unknown(const std::string& name, const Manifest& manifest) {
  const std::vector<std::string> names = names_of(manifest);
  if (names.empty())
    return wrong("the script has no options, and " + quoted(name) + " was given",
                 "what begins with `--` behind `--` is an option of the script, declared by `getopt()`");
  std::string hint;
  if (auto near = nearest(name, names)) hint = "did you mean " + quoted(*near) + "? ";
  hint += "the script's options are";
  for (const std::string& known : names)
    hint += " " + quoted(known);
  return wrong("the script has no option " + quoted(name), hint);
}

Result<uint64_t> parse_bool(const std::string& name, const std::string& value) {
  for (const char* word : {"true", "1", "on", "yes"})
    if (value == word) return 1;
  for (const char* word : {"false", "0", "off", "no"})
    if (value == word) return 0;
  return wrong(quoted(value) + " is no value for " + quoted(name),
               "it takes true or false, 1 or 0, on or off, yes or no");
}

/// The 64 bits of a number as the script reads it.
Result<uint64_t> parse_number(const std::string& name, const std::string& value, bool is_signed) {
  const bool is_negative = value.starts_with('-');
  auto literal = parse_integer(std::string_view(value).substr(is_negative ? 1 : 0), LiteralOrigin::text);
  if (!literal)
    return wrong(quoted(value) + " is no number for " + quoted(name) + ": " + literal.error().cause,
                 literal.error().hint);
  const uint64_t magnitude = literal->value;
  constexpr auto kLargest = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  const uint64_t most = !is_signed    ? (is_negative ? 0 : std::numeric_limits<uint64_t>::max())
                        : is_negative ? kLargest + 1
                                      : kLargest;
  if (magnitude > most)
    return wrong(quoted(value) + " is out of range for " + quoted(name),
                 is_signed ? "it takes -9223372036854775808 to 9223372036854775807"
                           : "it takes 0 to 18446744073709551615");
  return is_negative ? 0 - magnitude : magnitude;
}

Result<void> set(OptionInfo& option, const std::string& name, const std::string* value) {
  if (option.layout.kind == ValueKind::boolean) {
    auto flag = value ? parse_bool(name, *value) : Result<uint64_t>(1);
    if (!flag) return std::unexpected(flag.error());
    option.number = *flag;
    return {};
  }
  if (!value) return wrong(quoted(name) + " needs a value", "write " + quoted(name + "=VALUE"));
  if (option.layout.kind == ValueKind::string) {
    if (value->size() >= option.layout.size)
      return wrong("the value of " + quoted(name) + " is too long: it has " + std::to_string(value->size()) +
                       " bytes",
                   "it may have " + std::to_string(option.layout.size - 1) + "; `max_strlen` raises that");
    option.text = *value;
    return {};
  }
  auto number = parse_number(name, *value, option.layout.is_signed);
  if (!number) return std::unexpected(number.error());
  option.number = *number;
  return {};
}

std::string default_of(const OptionInfo& option) {
  switch (option.layout.kind) {
  case ValueKind::boolean: return option.number != 0 ? "true" : "false";
  case ValueKind::string: return "\"" + option.text + "\"";
  default:
    return option.layout.is_signed ? std::to_string(static_cast<int64_t>(option.number))
                                   : std::to_string(option.number);
  }
}

} // namespace

bool asks_for_help(const std::vector<std::string>& given) {
  return std::ranges::find(given, kHelp) != given.end();
}

Result<void> set_script_options(Manifest& manifest, const std::vector<std::string>& given) {
  for (const std::string& word : given) {
    const size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    auto option =
        std::ranges::find(manifest.options, std::string_view(name).substr(kDashes.size()), &OptionInfo::name);
    if (option == manifest.options.end()) return unknown(name, manifest);
    const std::string value = equals == word.npos ? "" : word.substr(equals + 1);
    if (auto done = set(*option, name, equals == word.npos ? nullptr : &value); !done) return done;
  }
  return {};
}

std::string script_usage(const Manifest& manifest) {
  if (manifest.options.empty()) return manifest.source_name + " has no options\n";
  std::string text = "options of " + manifest.source_name + ":\n";
  size_t width = 0;
  for (const OptionInfo& option : manifest.options)
    width = std::max(width, option.name.size());
  for (const OptionInfo& option : manifest.options) {
    text.append("  --").append(option.name).append(width - option.name.size() + 2, ' ');
    text += option.description;
    if (!option.description.empty()) text += ' ';
    text.append("(default ").append(default_of(option)).append(")\n");
  }
  return text;
}

} // namespace trc
