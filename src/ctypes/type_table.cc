#include "ctypes/type_table.h"

namespace trc {
namespace {

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
    return first([&](const TypeSource& source) { return source.type(name); });
  }
  std::optional<Constant> constant(std::string_view name) const override {
    return first([&](const TypeSource& source) { return source.constant(name); });
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

std::shared_ptr<const TypeSource> type_table(std::vector<std::shared_ptr<const TypeSource>> sources) {
  return std::make_shared<TypeTable>(std::move(sources));
}

} // namespace trc
