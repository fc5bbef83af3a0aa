// What semantic analysis hands to the code generator: probes expanded against a kernel, every expression
// typed, every conversion explicit, builtins and maps by id. Nothing here can still be a user's error.
//
// Integers, booleans and pointers are 64 bits wide while they are computed, sign- or zero-extended as their
// type says.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/source.h"
#include "lang/builtins.h"
#include "lang/operators.h"
#include "lang/type.h"
#include "probes/provider.h"
#include "program/manifest.h"

namespace trc::typed {

struct Expression;
struct Statement;
using ExpressionPtr = std::unique_ptr<Expression>;
using Expressions = std::vector<ExpressionPtr>;

using VariableId = uint32_t; ///< index in Probe::variables
using MapId = uint32_t;      ///< index in Program::maps

/// A map and, if it is keyed, the key: one expression, a tuple where the script gives several.
struct MapAccess {
  MapId map = 0;
  ExpressionPtr key; ///< null for a scalar
};

// ---- expressions

/// integer, boolean, pointer
struct Constant {
  uint64_t bits = 0;
};
/// a string constant; the type's size is at least its size + 1
struct Text {
  std::string bytes;
};
struct VariableRead {
  VariableId variable;
};
/// the value, or zero where there is none
struct MapRead {
  MapAccess access;
};
/// The number that a count, sum, min, max or avg stands at, added up over all CPUs.
struct AggregationRead {
  MapAccess access;
};
struct ArgumentRead {
  probes::ContextAccess access;
};
/// An element of a tuple.
struct Element {
  ExpressionPtr tuple;
  uint32_t index = 0;
};
struct TupleOf {
  Expressions elements;
};
/// not the steps
struct Unary {
  UnaryOperator op;
  ExpressionPtr operand;
};
/// Operands have one type when op is a comparison of equal signs; see `mixed`.
struct Binary {
  BinaryOperator op;
  ExpressionPtr left, right;
  bool is_signed = false; ///< for / % >> < > <= >=: by signed rules
  bool mixed = false;     ///< a comparison of int64 (left) with uint64 (right) by value
};
/// Without `then` it is the condition's own value, a number, which is worked out once.
struct Ternary {
  ExpressionPtr condition, then, otherwise;
};
struct VariableStep {
  UnaryOperator op;
  VariableId variable;
};
struct MapStep {
  UnaryOperator op;
  MapAccess access;
};
/// The operand as Expression::type: an integer cut or extended, a string in a larger buffer, anything as
/// boolean.
struct Convert {
  ExpressionPtr operand;
};
/// A builtin. `index` is an event's for printf, print of a value and time; an action's for print and clear of
/// a map and for exit. `access` is the map of delete and has_key, and of an aggregation the map it goes into.
struct Call {
  BuiltinId id;
  Expressions arguments;
  uint32_t index = 0;
  MapAccess access;
};

struct Expression {
  Span span;
  Type type;
  std::variant<Constant, Text, VariableRead, MapRead, AggregationRead, ArgumentRead, TupleOf, Element, Unary,
               Binary, Ternary, VariableStep, MapStep, Convert, Call>
      node;
};

// ---- statements

using Block = std::vector<Statement>;

struct Evaluate {
  ExpressionPtr expression;
};
struct AssignVariable {
  VariableId variable;
  ExpressionPtr value;
};
struct AssignMap {
  MapAccess access;
  ExpressionPtr value;
};
/// `@x op= value`, in place; atomically for + - & | ^.
struct UpdateMap {
  MapAccess access;
  BinaryOperator op;
  ExpressionPtr value;
  bool is_signed = false;
};
struct If {
  ExpressionPtr condition;
  Block then, otherwise;
};
struct Nested {
  Block block;
};
struct Return {};

struct Statement {
  Span span;
  std::variant<Evaluate, AssignVariable, AssignMap, UpdateMap, If, Nested, Return> node;
};

// ---- the program

struct Map {
  std::string name; ///< "@x"
  Type key;         ///< none: a scalar
  Type value;
  bool is_cleared = false; ///< the script clears it as a whole
  Span span;               ///< of its first use
};

struct Event {
  EventKind kind;
  std::string format;
  std::vector<Type> fields;
};

/// One program of the kernel: a body and all that it is attached to.
struct Probe {
  Span span;
  std::string text; ///< its attach points as written
  ProgramType type;
  uint32_t attach_btf_id = 0;
  probes::RunBy run_by;
  AddressSpace pointers;
  uint64_t return_value = 0;
  bool filters_pid_itself = false;
  bool has_cookie = false;
  /// The probes it serves; with selectors or cookies the program tells them apart. Those with an equal
  /// AttachSpec are one attachment.
  struct Instance {
    std::string name;
    AttachSpec attach;
    std::optional<probes::Selector> selector;
  };
  std::vector<Instance> instances;
  std::vector<Type> variables;
  Block body;
};

struct Program {
  std::vector<Probe> probes;
  std::vector<Map> maps;
  std::vector<Event> events;
  std::vector<ActionInfo> actions;
};

/// A readable, indented form for `-d typed` and golden tests.
std::string dump(const Program& program);

template<class Node> ExpressionPtr make_expression(Span span, Type type, Node node) {
  return std::make_unique<Expression>(Expression{span, std::move(type), std::move(node)});
}

} // namespace trc::typed
