#include "ctypes/type_table.h"

#include <algorithm>

#include "base/text.h"

namespace trc {
namespace {

struct Row {
  std::string_view name;
  uint32_t bytes;
  bool is_signed;
};

constexpr Row kRows[] = {
#define C_TYPE(name, bytes, is_signed) {name, bytes, is_signed},
#include "ctypes/c_types.def"
#undef C_TYPE
};

/// How often each word of an integer type was seen.
struct Words {
  int char_ = 0, short_ = 0, int_ = 0, long_ = 0, signed_ = 0, unsigned_ = 0;

  int* count_of(std::string_view word) {
    if (word == "char") return &char_;
    if (word == "short") return &short_;
    if (word == "int") return &int_;
    if (word == "long") return &long_;
    if (word == "signed" || word == "__signed__" || word == "__signed") return &signed_;
    return word == "unsigned" ? &unsigned_ : nullptr;
  }

  bool is_a_type() const {
    if (std::max({char_, short_, int_, signed_ + unsigned_}) > 1 || long_ > 2) return false;
    return char_ + short_ + (long_ > 0) <= 1 && !(char_ && int_);
  }

  Type type() const {
    const uint32_t bytes = char_ ? 1 : short_ ? 2 : long_ ? 8 : 4;
    return integer_type(bytes, unsigned_ == 0); // char is signed on x86
  }
};

class TypeTable : public TypeSource {
public:
  explicit TypeTable(std::vector<std::shared_ptr<const TypeSource>> sources) : sources_(std::move(sources)) {}

  const Structure* structure(std::string_view name) const override {
    return first([&](const TypeSource& source) { return source.structure(name); });
  }
  const Enumeration* enumeration(std::string_view name) const override {
    return first([&](const TypeSource& source) { return source.enumeration(name); });
  }
  std::optional<Type> type(std::string_view name) const override {
    if (auto known = keyword_type(name)) return known;
    if (auto found = first([&](const TypeSource& source) { return source.type(name); })) return found;
    return base_type(name);
  }
  std::optional<Constant> constant(std::string_view name) const override {
    return first([&](const TypeSource& source) { return source.constant(name); });
  }

  std::vector<std::string> names(NameKind kind) const override {
    std::vector<std::string> all;
    for (const auto& source : sources_)
      for (std::string& name : source->names(kind))
        all.push_back(std::move(name));
    return all;
  }

private:
  template<class Ask> auto first(const Ask& ask) const -> decltype(ask(std::declval<const TypeSource&>())) {
    for (const auto& source : sources_)
      if (auto answer = ask(*source)) return answer;
    return {};
  }

  std::vector<std::shared_ptr<const TypeSource>> sources_;
};

} // namespace

std::optional<Type> keyword_type(std::string_view name) {
  if (name == "bool" || name == "_Bool") return bool_type();
  Words words;
  bool any = false;
  for (std::string_view word : split(name, ' ')) {
    if (word.empty()) continue;
    int* count = words.count_of(word);
    if (!count) return {};
    ++*count;
    any = true;
  }
  if (!any || !words.is_a_type()) return {};
  return words.type();
}

std::optional<Type> base_type(std::string_view name) {
  if (auto type = keyword_type(name)) return type;
  auto row = std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& r) { return r.name == name; });
  if (row == std::end(kRows)) return {};
  return integer_type(row->bytes, row->is_signed);
}

std::shared_ptr<const TypeSource> type_table(std::vector<std::shared_ptr<const TypeSource>> sources) {
  return std::make_shared<TypeTable>(std::move(sources));
}

} // namespace trc
