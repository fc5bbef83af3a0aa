#include "ctypes/c_definitions.h"

#include <algorithm>
#include <unordered_map>

#include "ctypes/c_parser.h"

namespace trc {
namespace {

/// What is defined before the script's own text.
std::string first_text(const CInput& input, bool kernel_first) {
  std::string text;
  if (input.has_btf) text += "#define BPFTRACE_HAVE_BTF 1\n#define TRC_HAVE_BTF 1\n";
  if (kernel_first)
    // As the kernel's own build begins each of its files.
    text += "#define __KERNEL__ 1\n#define KBUILD_MODNAME \"trc\"\n#undef __STDC_HOSTED__\n"
            "#if __has_include(<linux/kconfig.h>)\n#include <linux/kconfig.h>\n#endif\n"
            "#if __has_include(<linux/compiler_types.h>)\n#include <linux/compiler_types.h>\n#endif\n";
  for (const std::string& name : input.includes)
    text += name.starts_with('<') ? "#include " + name + "\n" : "#include \"" + name + "\"\n";
  return text;
}

class Definitions : public CDefinitions {
public:
  Definitions(const CInput& input, const Sources& sources, Diagnostics& diagnostics, bool kernel_first)
      : kernel_(input.kernel), files_({.script_directory = input.script_directory,
                                       .include_paths = input.include_paths,
                                       .kernel_first = kernel_first}),
        reporter_(files_, input.texts.empty() ? 0 : input.texts.front().begin, diagnostics),
        preprocessor_(files_, reporter_,
                      {.has_btf = input.has_btf, .texts = texts(input, sources, kernel_first)}) {
    CParser(preprocessor_, reporter_, sources, kernel_.get(), types_).read();
    reporter_.mute();
    for (const CRecord& record : types_.records)
      if (record.is_anonymous) anonymous_records_.emplace(record.name, &record);
    for (const CEnumeration& one : types_.enumerations)
      if (one.is_anonymous) anonymous_enumerations_.emplace(one.name, &one);
  }

  bool wants_kernel_tree() const { return preprocessor_.wants_kernel_tree(); }

  const Structure* structure(std::string_view name) const override {
    const auto known = structures_.find(std::string(name));
    if (known != structures_.end()) return &known->second;
    const CRecord* record = nullptr;
    if (const auto tag = types_.record_tags.find(std::string(name)); tag != types_.record_tags.end())
      record = tag->second;
    else if (const auto other = anonymous_records_.find(name); other != anonymous_records_.end())
      record = other->second;
    if (!record) return nullptr;
    if (record->is_complete) return &structures_.emplace(name, to_language(*record)).first->second;
    // Only named here: it is the kernel's.
    return kernel_ ? kernel_->structure(name) : nullptr;
  }

  const Enumeration* enumeration(std::string_view name) const override {
    const auto known = enumerations_.find(std::string(name));
    if (known != enumerations_.end()) return &known->second;
    const CEnumeration* found = nullptr;
    if (const auto tag = types_.enumeration_tags.find(std::string(name));
        tag != types_.enumeration_tags.end())
      found = tag->second;
    else if (const auto other = anonymous_enumerations_.find(name); other != anonymous_enumerations_.end())
      found = other->second;
    if (!found) return nullptr;
    if (found->values.empty()) return kernel_ ? kernel_->enumeration(name) : nullptr;
    Enumeration made = {found->name, found->size, found->is_signed, found->values};
    return &enumerations_.emplace(name, std::move(made)).first->second;
  }

  std::optional<Type> type(std::string_view name) const override {
    if (const auto found = types_.typedefs.find(name); found != types_.typedefs.end()) {
      Type made = to_language(*found->second);
      return made.is_none() ? std::optional<Type>() : made;
    }
    if (const Structure* found = structure(name)) return structure_type(found->name, found->size);
    if (const Enumeration* found = enumeration(name))
      return enumeration_type(found->name, found->size, found->is_signed);
    return {};
  }

  std::optional<Constant> constant(std::string_view name) const override {
    const auto found = types_.enumerators.find(name);
    if (found == types_.enumerators.end()) return {};
    return Constant{to_language(*found->second.type), found->second.value};
  }

  std::optional<std::string> macro(std::string_view name) const override {
    return preprocessor_.expansion(name);
  }

  std::vector<std::string> names(NameKind kind) const override {
    std::vector<std::string> all;
    auto add = [&](const auto& table) {
      for (const auto& entry : table)
        all.emplace_back(entry.first);
    };
    if (kind == NameKind::tag) add(types_.record_tags), add(types_.enumeration_tags);
    if (kind == NameKind::type) add(types_.typedefs);
    if (kind == NameKind::constant) {
      all = preprocessor_.values();
      add(types_.enumerators);
    }
    std::ranges::sort(all); // or what is as near as another would be named by chance
    return all;
  }

  bool is_function_macro(std::string_view name) const override {
    return preprocessor_.is_function_macro(name);
  }

private:
  std::vector<uint32_t> texts(const CInput& input, const Sources& sources, bool kernel_first) {
    std::vector<uint32_t> texts;
    texts.push_back(
        files_.add({.kind = CFileKind::predefined, .name = "<predefined>", .text = predefined_macros()}));
    texts.push_back(files_.add({.kind = CFileKind::predefined,
                                .name = "<command line>",
                                .text = files_.keep(first_text(input, kernel_first))}));
    for (const Span span : input.texts)
      texts.push_back(files_.add({.kind = CFileKind::script,
                                  .name = std::string(sources.locate(span.begin).source),
                                  .text = sources.slice(span),
                                  .script_base = span.begin}));
    return texts;
  }

  std::shared_ptr<const TypeSource> kernel_;
  CFiles files_;
  CReporter reporter_;
  // What was asked for is kept, and a macro is replaced when it is asked for.
  mutable CPreprocessor preprocessor_;
  CTypes types_;
  std::unordered_map<std::string_view, const CRecord*> anonymous_records_;
  std::unordered_map<std::string_view, const CEnumeration*> anonymous_enumerations_;
  mutable std::unordered_map<std::string, Structure> structures_;
  mutable std::unordered_map<std::string, Enumeration> enumerations_;
};

class Nothing : public CDefinitions {
public:
  const Structure* structure(std::string_view) const override { return nullptr; }
  const Enumeration* enumeration(std::string_view) const override { return nullptr; }
  std::optional<Type> type(std::string_view) const override { return {}; }
  std::optional<Constant> constant(std::string_view) const override { return {}; }
  std::optional<std::string> macro(std::string_view) const override { return {}; }
  bool is_function_macro(std::string_view) const override { return false; }
};

} // namespace

std::shared_ptr<const CDefinitions> read_c_definitions(const CInput& input, const Sources& sources,
                                                       Diagnostics& diagnostics) {
  if (input.texts.empty() && input.includes.empty()) return std::make_shared<Nothing>();
  // Where there is no BTF, the kernel's own headers are what tells its types.
  Diagnostics found;
  auto made = std::make_shared<Definitions>(input, sources, found, !input.has_btf && has_kernel_headers());
  if (made->wants_kernel_tree()) {
    found = {};
    made = std::make_shared<Definitions>(input, sources, found, true);
  }
  for (const Diagnostic& one : found.list())
    diagnostics.add(one);
  return made;
}

} // namespace trc
