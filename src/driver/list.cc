#include "driver/list.h"

#include <algorithm>
#include <set>

#include "base/diagnostic.h"
#include "base/text.h"
#include "kernel/btf.h"
#include "kernel/btf_declare.h"
#include "lang/planned.h"
#include "probes/provider.h"

namespace trc {
namespace {

/// A pattern cut at its first colon. The rest is matched, with the type before it or without.
struct Pattern {
  std::string type; ///< may have wildcards
  std::string rest;
};

Pattern read_pattern(const std::string& text) {
  if (text.empty()) return {"*", "*"};
  const size_t colon = text.find(':');
  if (colon + 1 == text.size()) return {text.substr(0, colon), "*"}; // `kprobe:`
  if (colon != text.npos) return {text.substr(0, colon), text.substr(colon + 1)};
  // `kprobe` alone is all of the type; any other word, something in it.
  if (probes::find_provider(text)) return {text, "*"};
  return {"*", text};
}

/// What all texts that a pattern fits begin with.
std::string_view literal_start(std::string_view pattern) { return pattern.substr(0, pattern.find('*')); }

std::unexpected<Error> unknown_type(const std::string& type) {
  std::vector<std::string> names;
  for (const probes::Provider& provider : probes::providers())
    names.emplace_back(provider.name);
  std::string hint = hint_for_unknown(to_lower(type), names);
  if (hint.empty()) {
    hint = "known are";
    for (const std::string& name : names)
      hint += " `" + name + "`";
  }
  return failure(ErrorKind::invalid, "unknown probe type `" + type + "`", hint);
}

class Lister {
public:
  Lister(const Kernel& kernel, const ListOptions& options) : kernel_(kernel), options_(options) {}

  /// The type is known by name: the rest alone is matched.
  Result<void> list_type(const probes::Provider& provider, const std::string& rest) {
    auto fits = [&](std::string_view module, std::string_view name) {
      if (glob_match(rest, name)) return true;
      if (module.empty()) return false;
      candidate_.assign(module).append(":").append(name);
      return glob_match(rest, candidate_);
    };
    rest_ = rest;
    return list(provider, literal_start(rest), fits);
  }

  /// Any type that fits; `*` may stand for colons too.
  Result<void> list_matching(const probes::Provider& provider, const Pattern& pattern) {
    const std::string whole = pattern.type + ":" + pattern.rest;
    auto fits = [&](std::string_view module, std::string_view name) {
      candidate_.assign(provider.name);
      if (!name.empty()) candidate_.append(":").append(name);
      if (glob_match(whole, candidate_)) return true;
      // `begin` has nothing behind its type.
      if (name.empty()) return glob_match(pattern.type, candidate_) && glob_match(pattern.rest, "");
      if (module.empty()) return false;
      candidate_.assign(provider.name).append(":").append(module).append(":").append(name);
      return glob_match(whole, candidate_);
    };
    return list(provider, "", fits);
  }

  std::string text;

private:
  Result<void> list(const probes::Provider& provider, std::string_view prefix,
                    std::function<bool(std::string_view, std::string_view)> fits) {
    return provider.list({.kernel = kernel_,
                          .prefix = prefix,
                          .with_arguments = options_.with_arguments,
                          .rest = rest_,
                          .pid = options_.pid,
                          .wants = std::move(fits),
                          .add = [&](const probes::ListedProbe& probe) {
                            text += probe.name + "\n";
                            for (const std::string& argument : probe.arguments)
                              text += "    " + argument + "\n";
                          }});
  }

  const Kernel& kernel_;
  const ListOptions& options_;
  std::string candidate_;
  std::string rest_; ///< of a pattern that names its type
};

bool is_definition(std::string_view pattern) {
  return pattern.starts_with("struct ") || pattern.starts_with("union ") || pattern.starts_with("enum ");
}

/// What was meant by a name that is nowhere, out of all that there is of its type.
std::string hint_for_name(const Kernel& kernel, const probes::Provider& provider, const Pattern& pattern) {
  std::vector<std::string> names;
  const size_t skipped = provider.name.size() + 1; // "TYPE:"
  (void)provider.list({.kernel = kernel,
                       .prefix = "",
                       .with_arguments = false,
                       .wants = [](std::string_view, std::string_view) { return true; },
                       .add =
                           [&](const probes::ListedProbe& probe) {
                             if (probe.name.size() > skipped) names.push_back(probe.name.substr(skipped));
                           }});
  return did_you_mean(pattern.rest, names);
}

std::string hint_for_definition(const Kernel& kernel, const std::string& pattern) {
  std::vector<std::string> names;
  const Btf* btf = kernel.btf();
  const std::string word = pattern.substr(0, pattern.find(' ') + 1);
  const bool is_struct = word == "struct ", is_union = word == "union ";
  const uint32_t kind = is_struct ? BTF_KIND_STRUCT : is_union ? BTF_KIND_UNION : BTF_KIND_ENUM;
  if (btf)
    for (const Btf::Named& named : btf->with_prefix("", kind))
      if (!named.name.empty()) names.push_back(word + std::string(named.name));
  return did_you_mean(pattern, names);
}

Result<std::string> list_definitions(const Kernel& kernel, const std::string& pattern) {
  std::string text;
  for (const NamedDefinition& found : find_definitions(kernel, pattern))
    text += found.object + ": " + found.text + "\n";
  if (!text.empty()) return text;
  if (!kernel.has_btf())
    return failure(ErrorKind::unsupported, "this kernel offers no BTF at /sys/kernel/btf/vmlinux",
                   "it is made with CONFIG_DEBUG_INFO_BTF");
  return failure(ErrorKind::not_found, "this kernel's BTF has no `" + pattern + "`",
                 has_wildcard(pattern) ? "" : hint_for_definition(kernel, pattern));
}

} // namespace

Result<std::string> list_probes(const Kernel& kernel, const ListOptions& options,
                                std::vector<std::string>& notes) {
  if (is_definition(options.pattern)) return list_definitions(kernel, options.pattern);
  const Pattern pattern = read_pattern(options.pattern);
  Lister lister(kernel, options);
  if (!has_wildcard(pattern.type)) {
    const probes::Provider* provider = probes::find_provider(pattern.type);
    if (!provider) return unknown_type(pattern.type);
    if (auto done = lister.list_type(*provider, pattern.rest); !done) return std::unexpected(done.error());
  } else {
    const std::string_view start = literal_start(pattern.type);
    std::set<std::string> said;
    for (const probes::Provider& provider : probes::providers()) {
      if (!provider.name.starts_with(start)) continue;
      auto done = lister.list_matching(provider, pattern);
      // What a kernel was built without is nothing to say where everything was asked for.
      if (!done && done.error().kind != ErrorKind::unsupported && said.insert(done.error().cause).second)
        notes.push_back("`" + std::string(provider.name) + "` probes can't be listed: " + done.error().cause);
    }
  }
  if (lister.text.empty() && notes.empty()) {
    const probes::Provider* provider = probes::find_provider(pattern.type);
    std::string hint;
    if (provider && !has_wildcard(pattern.rest)) hint = hint_for_name(kernel, *provider, pattern);
    if (hint.empty() && !has_wildcard(pattern.rest))
      hint = "`*` stands for any text: `*" + pattern.rest + "*`";
    return failure(ErrorKind::not_found, "no probe matches `" + options.pattern + "`", hint);
  }
  return std::move(lister.text);
}

std::string list_probes(const Manifest& manifest, const Kernel& kernel, bool with_arguments) {
  std::string text;
  for (const ProgramInfo& program : manifest.programs)
    for (const Attachment& attachment : program.attachments)
      for (const std::string& probe : attachment.probes) {
        std::vector<std::string> notes;
        auto listed = with_arguments ? list_probes(kernel, {probe, true}, notes) : std::string();
        text += listed && !listed->empty() ? *listed : probe + "\n";
      }
  return text;
}

} // namespace trc
