// What was written, as a tree: no types, no kernel facts, no meaning of names. It is built once by the
// parser's actions and never changed afterwards.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/source.h"
#include "lang/literal.h"
#include "lang/operators.h"

namespace trc::ast {

struct Expression;
struct Statement;
struct TypeName;
using ExpressionPtr = std::unique_ptr<Expression>;
using StatementPtr = std::unique_ptr<Statement>;
using TypeNamePtr = std::unique_ptr<TypeName>;

/// A name with its place.
struct Spelled {
  std::string name;
  Span span;
};

// ---- types as written

/// What stands in `sizeof(…)`, `typeof(…)` and the like: a type, or an expression. A bare name is an
/// expression; the semantic stage knows whether it names a type.
struct Subject {
  TypeNamePtr type; ///< one of the two is set
  ExpressionPtr expression;
};

/// `struct task_struct *`, `uint8[4][2]`, `string[64]`, `unsigned long`, `typeof(@x) *`
struct TypeName {
  Span span;
  std::string base; ///< words with one blank between them: "struct task_struct", "uint8"; empty with `typeof`
  std::unique_ptr<Subject> of; ///< `typeof(…)`
  /// Behind the base, in the order written.
  struct Pointer {};
  struct Array {
    std::optional<uint64_t> count; ///< `[]` has none
  };
  std::vector<std::variant<Pointer, Array>> suffixes;
};

// ---- expressions

struct Integer {
  IntegerLiteral literal;
};
/// escapes resolved; may hold NUL bytes
struct String {
  std::string value;
};
struct Boolean {
  bool value;
};
/// A bare name: `pid`, `comm`. What it means is decided by the semantic stage.
struct Name {
  std::string name;
};
/// `$x`, name without the `$`
struct Variable {
  std::string name;
};
/// `@x`, `@x[a, b]`; name with the `@`
struct Map {
  std::string name;
  std::vector<ExpressionPtr> keys;
};
/// `$1`
struct Parameter {
  uint32_t index;
};
struct ParameterCount {}; ///< `$#`
/// `*p` is here too; `&` of a variable or map is AddressOf
struct Unary {
  UnaryOperator op;
  ExpressionPtr operand;
};
struct Binary {
  BinaryOperator op;
  Span op_span;
  ExpressionPtr left, right;
};
/// `a ? b : c`; without `then` it is `a ?: c`
struct Ternary {
  ExpressionPtr condition, then, otherwise;
};
struct Call {
  std::string name;
  Span name_span;
  std::vector<ExpressionPtr> arguments;
};
/// `(a, b)`, `(a,)`, `()`
struct Tuple {
  std::vector<ExpressionPtr> elements;
};
/// `(a = 1, b = 2)`
struct Record {
  std::vector<Spelled> names;
  std::vector<ExpressionPtr> values;
};
/// `args.field`, `p->field`; `t.0` is an element of a tuple
struct Member {
  ExpressionPtr base;
  std::string name;
  Span name_span;
  bool arrow;
};
/// `p[i]`, not of a map
struct Index {
  ExpressionPtr base, index;
};
/// `(T)e`
struct Cast {
  TypeNamePtr type;
  ExpressionPtr operand;
};
/// `&$x`, `&@m`: the operand is a Variable or a Map without keys
struct AddressOf {
  ExpressionPtr operand;
};
struct SizeOf {
  Subject of;
};
struct OffsetOf {
  Subject of;
  std::vector<Spelled> path; ///< `a.b.c`
};
struct TypeInfo {
  Subject of;
};
/// `typeof(…)` as an argument: hands a type to a macro
struct TypeOf {
  Subject of;
};
/// `comptime e`, also in front of an `if`
struct Comptime {
  ExpressionPtr operand;
};

struct Block {
  Span span; ///< with its braces
  std::vector<StatementPtr> statements;
  /// A last expression without `;`: the block's value where one is asked for, else a statement like any
  /// other.
  ExpressionPtr value;
};

/// A statement as often as a value. `else if` is a block whose value is an If.
struct If {
  ExpressionPtr condition;
  Block then;
  std::optional<Block> otherwise;
};
/// `{ …; e }`: a value, or a nested block
struct BlockExpression {
  Block block;
};

struct Expression {
  Span span;
  std::variant<Integer, String, Boolean, Name, Variable, Map, Parameter, ParameterCount, Unary, Binary,
               Ternary, Call, Tuple, Record, Member, Index, Cast, AddressOf, SizeOf, OffsetOf, TypeInfo,
               TypeOf, Comptime, If, BlockExpression>
      node;
};

// ---- statements

/// A call, `@x++`, an `if`, a block, or an expression whose value is dropped
struct Evaluate {
  ExpressionPtr expression;
};
/// `_ = e;`
struct Discard {
  ExpressionPtr expression;
};
/// `target = e;` or with a binary operator `target op= e;`. The target is a Variable or a Map.
struct Assign {
  ExpressionPtr target;
  std::optional<BinaryOperator> op;
  ExpressionPtr value;
};
/// type and value may be null
struct Let {
  std::string name;
  Span name_span;
  TypeNamePtr type;
  ExpressionPtr value;
};
struct While {
  ExpressionPtr condition;
  Block body;
};
struct Unroll {
  ExpressionPtr count;
  Block body;
};
/// `for ($kv : @map) { … }`, `for ($i : from..to) { … }`
struct For {
  Spelled variable; ///< without the `$`
  Spelled map;      ///< with the `@`; empty for a range
  ExpressionPtr from, to;
  Block body;
};
struct Break {};
struct Continue {};
/// value may be null
struct Return {
  ExpressionPtr value;
};

struct Statement {
  Span span;
  std::variant<Evaluate, Discard, Assign, Let, While, Unroll, For, Break, Continue, Return> node;
};

// ---- what stands outermost

/// The raw text of one attach point; its provider reads it (probes/attach_point.h).
struct AttachPoint {
  Span span;
  std::string text;
};

struct Probe {
  Span span;
  std::vector<AttachPoint> attach_points;
  ExpressionPtr predicate; ///< may be null
  Block body;
};

/// `struct … ;`, `enum … ;`, `typedef … ;` or a preprocessor line, as it stands. ctypes/ reads all of them
/// together.
struct CText {
  Span span;
};

/// `config = { key = value; … }`
struct ConfigEntry {
  Spelled key;
  ExpressionPtr value; ///< String, Boolean, Integer (a leading `-` is folded in) or Name
};

/// `import "path";`
struct Import {
  Span span;
  Spelled path;
};

/// `let @m = lruhash(10);`
struct MapDeclaration {
  Span span;
  Spelled map, kind;
  ExpressionPtr entries;
  bool is_imported = false; ///< it stands in another file than the script itself
};

enum class MacroParameterKind : uint8_t { variable, map, expression };
struct MacroParameter {
  MacroParameterKind kind;
  Spelled name; ///< with the `@` of a map, without the `$` of a variable
};
struct Macro {
  Span span;
  Spelled name;
  std::vector<MacroParameter> parameters;
  Block body;
};

/// `fn add($a : int64) : int64 { … }`
struct Function {
  Span span;
  Spelled name;
  struct Parameter {
    Spelled name; ///< without the `$`
    TypeNamePtr type;
  };
  std::vector<Parameter> parameters;
  TypeNamePtr result;
  Block body;
};

struct Program {
  std::vector<CText> c_texts;
  std::vector<ConfigEntry> config;
  std::optional<Span> config_span;
  std::vector<Import> imports;
  std::vector<MapDeclaration> map_declarations;
  std::vector<Macro> macros;
  size_t library_macros = 0; ///< how many of them, at the end, are the library's
  std::vector<Function> functions;
  std::vector<Probe> probes;
};

template<class Node> ExpressionPtr make_expression(Span span, Node node) {
  return std::make_unique<Expression>(Expression{span, std::move(node)});
}
template<class Node> StatementPtr make_statement(Span span, Node node) {
  return std::make_unique<Statement>(Statement{span, std::move(node)});
}

} // namespace trc::ast
