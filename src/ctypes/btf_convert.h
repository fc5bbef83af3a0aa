// From types as BTF writes them to types of the language. Each function looks at one type and at what it
// needs of those behind it; finding types by name and keeping them is left to btf_types.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kernel/btf.h"
#include "lang/structure.h"

namespace trc {

/// Where something with a made-up name stands.
struct BtfPlace {
  uint32_t id = 0;
  std::string_view module; ///< "" for the kernel itself
};
/// What a made-up name such as "struct <atomic_t 123>" or "enum <anonymous 123456 xfs>" says. They are given
/// to types that have no name, and to those whose name finds another one.
std::optional<BtfPlace> place_of(std::string_view name);

/// One file of BTF.
class BtfConverter {
public:
  /// `module`: "" for the kernel itself. `btf` must outlive this.
  BtfConverter(const Btf& btf, std::string module) : btf_(btf), module_(std::move(module)) {}

  /// None for void, functions, and ids that are not there. Floating point numbers and integers of more than
  /// 64 bits are arrays of bytes.
  Type type(uint32_t id) const { return type(id, 0, {}); }
  /// Of a STRUCT or UNION; nothing for other ids. `name` is what it will be called.
  std::optional<Structure> structure(uint32_t id, std::string name) const;
  /// Of an ENUM or ENUM64 that has constants.
  std::optional<Enumeration> enumeration(uint32_t id, std::string name) const;
  /// The type of an enumeration's constants, and one of them.
  TypeSource::Constant constant(Btf::Enumerator place) const;

private:
  Type type(uint32_t id, int depth, std::string_view alias) const;
  Type pointer(const btf_type& type, int depth) const;
  Type array(const btf_type& type, int depth) const;
  std::optional<Field> field(const btf_type& owner, const btf_member& member) const;
  bool has_tag(uint32_t pointer_id, std::string_view tag) const;
  std::string tag_name(uint32_t id, const btf_type& type, std::string_view alias) const;
  uint32_t alignment(uint32_t id, int depth, uint32_t& budget) const;
  uint32_t structure_alignment(const btf_type& type, int depth, uint32_t& budget) const;

  const Btf& btf_;
  std::string module_;
};

} // namespace trc
