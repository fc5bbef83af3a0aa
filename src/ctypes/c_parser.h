// Declarations of C, read by recursive descent: types are kept, all else is read over. A mistake costs the
// declaration that it is in.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "ctypes/c_expression.h"
#include "ctypes/c_preprocessor.h"
#include "ctypes/c_type.h"

namespace trc {

class CParser : CExpressionContext {
public:
  /// `kernel` may be null.
  CParser(CPreprocessor& preprocessor, CReporter& reporter, const Sources& sources, const TypeSource* kernel,
          CTypes& types);

  /// Reads all there is.
  void read();

private:
  /// What attributes say about layout.
  struct Attributes {
    bool is_packed = false, is_user = false;
    uint32_t alignment = 0;
    std::string_view mode;
  };
  struct Specifiers {
    const CType* type = nullptr;
    bool is_typedef = false;
    bool is_inline_record = false; ///< the struct or union was written here
    Attributes attributes;
  };
  /// Words of a base type: "unsigned long long".
  struct BaseWords {
    int signed_words = 0, unsigned_words = 0, shorts = 0, longs = 0, ints = 0;
    bool is_complex = false;
    std::string_view other; ///< "char", "double", …
    bool any() const {
      return signed_words + unsigned_words + shorts + longs + ints > 0 || is_complex || !other.empty();
    }
  };
  /// From the name outwards: "an array of 3 of pointers to" are {array, pointer}.
  struct Modifier {
    CTypeKind kind;
    bool has_count = true, is_user = false;
    uint64_t count = 0;
  };
  struct Declarator {
    CToken name; ///< `end`: none
    const CType* type = nullptr;
    Attributes attributes;
  };

  // c_parser.cc: tokens and declarations
  const CToken& peek(size_t ahead = 0) override;
  CToken take() override;
  bool accept(std::string_view text);
  CToken expect(std::string_view text);
  [[noreturn]] void unexpected(const CToken& token, std::string hint = {});
  [[noreturn]] void fail(DiagnosticId id, const CToken& token, std::string first, std::string second = {});
  void skip_balanced();
  void skip_initializer();
  void recover();
  void declaration();
  void declared(const Specifiers& specifiers, const Declarator& declarator);
  void read_over_parameters_of_old();
  void pack_pragma(const CToken& pragma);

  // c_specifiers.cc: what stands before the names
  Specifiers specifiers();
  bool one_specifier(Specifiers& made, BaseWords& words);
  bool begins_type(const CToken& token) const;
  const CType* base_type(const BaseWords& words);
  const CType* named_type(const CToken& name);
  const CType* type_of();
  void attributes(Attributes& made);
  /// The name behind `struct`, `union` or `enum` with the attributes around it; no identifier if there is
  /// none.
  CToken tag(Attributes& around);
  void one_attribute(Attributes& made);
  void alignas_specifier(Attributes& made);
  uint32_t alignment_argument(const CToken& at);
  const CType* with_attributes(const CType* type, const Attributes& made);

  // c_declarator.cc
  Declarator declarator(const Specifiers& specifiers, bool may_be_abstract);
  void modifiers(std::vector<Modifier>& made, Declarator& declarator, bool may_be_abstract);
  bool nested_declarator_comes(bool may_be_abstract);
  const CType* modified(const CType* type, const std::vector<Modifier>& modifiers, const CToken& at);
  const CType* type_name();

  // c_record.cc: struct, union, enum
  const CType* record(bool& is_inline);
  CRecord& find_record(const CToken& keyword, const CToken& tag);
  void define_record(CRecord& record, Attributes before);
  struct Pending;
  void members(std::vector<Pending>& made);
  Pending member(const Specifiers& specifiers);
  void lay_out(CRecord& record, const std::vector<Pending>& members, const Attributes& attributes,
               uint32_t pack);
  void check_names(CRecord& record, const std::vector<Pending>& members);
  const CType* enumeration();
  void enumerators(CEnumeration& made, const CType* type, bool is_packed);
  void finish_enumeration(CEnumeration& made, bool is_packed, const std::vector<std::string_view>& names);
  std::string anonymous_name(std::string_view keyword, std::string_view what);
  std::optional<uint64_t> known_size(const CType& type);
  void complete_from_kernel(CRecord& record);

  // c_constant.cc: what expressions ask
  CValue constant();
  CValue value_of(const CToken& name) override;
  bool type_comes() override;
  const CType* type_in_parentheses() override;
  CValue converted(const CValue& value, const CType* type) override;
  uint64_t size_of(const CValue& value, const CToken& at) override;
  uint64_t alignment_of(const CValue& value, const CToken& at) override;
  CValue member(const CValue& base, bool is_arrow, const CToken& name) override;
  CValue element(const CValue& base, const CValue& index, const CToken& at) override;
  CValue offset_of();
  const CType* integer_type_of(const CValue& value);
  const CMember* find_member(const CRecord& record, std::string_view name, uint64_t& bit, int depth = 0);

  CPreprocessor& preprocessor_;
  CReporter& reporter_;
  const Sources& sources_;
  const TypeSource* kernel_;
  CTypes& types_;
  std::deque<CToken> ahead_;
  uint32_t pack_ = 0; ///< of `#pragma pack`
  std::vector<uint32_t> packs_;
  size_t braces_ = 0; ///< that are open
  int depth_ = 0;     ///< of nested constructs
  uint32_t anonymous_count_ = 0;
};

} // namespace trc
