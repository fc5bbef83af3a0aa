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
#include "lang/settings.h"
#include "lang/structure.h"
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
using FunctionId = uint32_t; ///< index in Program::functions

using Block = std::vector<Statement>;

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
/// A string constant; the type's size is at least its size + 1. Empty it is also the zero of every other type
/// that lies in memory.
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
/// Which bits of an integer in memory are meant. Little-endian; bits == 0: all of it.
struct BitRange {
  uint8_t first = 0, bits = 0;
};
/// What lies `offset` bytes behind where a pointer points to, in the address space of the pointer's type;
/// zero where it can't be read. A bit-field is read by as many bytes as it touches. `is_trusted`: the
/// verifier knows the pointer as one to a kernel structure (PTR_TO_BTF_ID: arguments of tp_btf programs, the
/// current task, and what they lead to) and the program may load from there itself; then `pointer` is an
/// expression whose value comes straight from there.
struct Dereference {
  ExpressionPtr pointer;
  uint32_t offset = 0;
  BitRange bits;
  bool is_trusted = false;
};
/// A part of a value in memory, at a fixed offset: an element of a tuple, a field of a struct. The whole may
/// be a place itself (Dereference, Part, ArrayElement), which is not copied for that.
struct Part {
  ExpressionPtr whole;
  uint32_t offset = 0;
  BitRange bits;
};
/// An element of an array or a byte of a string that is known only at run time; out of bounds it is zero, and
/// that is counted. The type's `elements` say its size. (At a constant index it is a Part.)
struct ArrayElement {
  ExpressionPtr array, index;
};
/// `&$x`: where the variable lies, for as long as the probe runs.
struct AddressOf {
  VariableId variable;
};
/// A tuple or record.
struct TupleOf {
  Expressions elements;
};
/// Statements, then a value that may use their variables.
struct BlockValue {
  Block block;
  ExpressionPtr value;
};
/// A call of a `fn`.
struct FunctionCall {
  FunctionId function;
  Expressions arguments; ///< converted to the types of its parameters
};
/// What `getopt()` gives: the number, bool or string that the user set.
struct OptionRead {
  uint32_t option; ///< index in Program::options
};
/// not the steps, not `*`
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
/// `by`: what it goes up or down by; of a pointer the size of what it points to.
struct VariableStep {
  UnaryOperator op;
  VariableId variable;
  uint32_t by = 1;
};
struct MapStep {
  UnaryOperator op;
  MapAccess access;
  uint32_t by = 1;
};
/// The operand as Expression::type: an integer cut or extended, a string or buffer in a larger or smaller
/// place, any scalar as boolean; a tuple element by element; an integer as an array of the same or more
/// bytes, or an array as an integer of its size (little-endian).
struct Convert {
  ExpressionPtr operand;
};
/// A builtin. What str() reads is an address, or a string or array of bytes as a value. `index` is an event's
/// for printf, print of a value and time; an action's for print and clear of a map and for exit; of curtask
/// it is 1 if the verifier shall know the task as a pointer to a kernel structure, for which it needs BTF; of
/// find the variable that gets the value; of len the id of the kernel's function that counts, 0 without one;
/// of kstack and ustack the most frames that the script wants, or 0. The arguments of ustack and usym tell
/// the images of one process apart (two numbers, or none), and that of usym stands before them. print takes
/// an AggregationRead with the aggregation's own type as all that it holds. `access` is the map of delete,
/// has_key, find, len and zero, which has an action only for maps with generations, and of an aggregation
/// the map it goes into. Of strerror and
/// its like the index is that of the table (Program::tables); of comm with an argument the ids of the
/// kernel's functions stand behind it.
struct Call {
  BuiltinId id;
  Expressions arguments;
  uint32_t index = 0;
  MapAccess access;
};

struct Expression {
  Span span;
  Type type;
  std::variant<Constant, Text, VariableRead, MapRead, AggregationRead, ArgumentRead, TupleOf, Part, Unary,
               Binary, Ternary, VariableStep, MapStep, Convert, Call, Dereference, ArrayElement, AddressOf,
               BlockValue, FunctionCall, OptionRead>
      node;
};

// ---- statements

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
/// Until the condition is false, a Break or Return in the body, or kMostIterations, which is counted as a
/// loss.
struct While {
  ExpressionPtr condition;
  Block body;
};
/// `count` times the same body.
struct Unroll {
  uint32_t count = 0;
  Block body;
};
/// from <= variable < to; both are worked out once, before the first round. What the body assigns to the
/// variable does not change how often it runs.
struct ForRange {
  VariableId variable;
  ExpressionPtr from, to;
  Block body;
};
/// For each key of a map, in no order: the variable is the tuple (key, value).
struct ForMap {
  VariableId variable;
  MapId map;
  Block body;
};
/// Of the innermost loop.
struct Break {};
struct Continue {};
/// Ends the probe or function. In a function with a result `value` is set.
struct Return {
  ExpressionPtr value;
};

struct Statement {
  Span span;
  std::variant<Evaluate, AssignVariable, AssignMap, UpdateMap, If, Nested, While, Unroll, ForRange, ForMap,
               Break, Continue, Return>
      node;
};

// ---- the program

/// What a `let @m = lruhash(10)` asks for.
struct MapDeclaration {
  MapKind kind = MapKind::hash; ///< hash, lru_hash, percpu_hash, lru_percpu_hash
  uint32_t entries = 0;
};

struct Map {
  std::string name; ///< "@x"
  Type key;         ///< none: a scalar
  Type value;
  bool is_cleared = false; ///< the script clears it as a whole
  std::optional<MapDeclaration> declaration;
  Span span; ///< of its first use
};

struct Event {
  EventKind kind;
  std::string format;
  std::vector<Type> fields;
  Span span; ///< of the call that sends it
};

/// One program of the kernel: a body and all that it is attached to.
struct Probe {
  Span span;
  std::string text; ///< its attach points as written
  ProgramType type;
  uint32_t attach_btf_id = 0;
  std::string attach_module; ///< ProgramInfo::attach_module
  probes::RunBy run_by;
  Purpose purpose = Purpose::tracing;
  AddressSpace pointers;
  uint64_t return_value = 0;
  bool filters_pid_itself = false;
  bool has_cookie = false;
  std::optional<probes::ContextAccess> object; ///< probes::Match::object
  bool is_pinned = false;                      ///< probes::Match::is_pinned; its printf is the kernel's
  /// The probes it serves; with selectors or cookies the program tells them apart. Those with an equal
  /// AttachSpec are one attachment.
  struct Instance {
    std::string name;
    AttachSpec attach;
    std::optional<probes::Selector> selector;
    std::string function = {}; ///< what `func` gives, if that is a text
    uint64_t file_address = 0; ///< probes::Match::file_address
  };
  std::vector<Instance> instances;
  std::vector<Type> variables;
  Block body;
};

/// A `fn`. The first of its variables are its parameters.
struct Function {
  std::string name;
  Span span;
  uint32_t parameters = 0;
  Type result; ///< none: void
  std::vector<Type> variables;
  Block body;
};

/// An option of the script (`getopt`), given behind `--` on the command line.
struct Option {
  std::string name, description;
  Type type;           ///< bool, uint64, int64 or a string of max_strlen
  uint64_t number = 0; ///< what it is when not given
  std::string text;
};

struct Program {
  std::vector<Probe> probes;
  std::vector<Function> functions;
  std::vector<Option> options;
  Settings settings;
  std::shared_ptr<const TypeSource>
      types; ///< of the structs and enumerations that types here name; never null
  std::vector<Map> maps;
  std::vector<Event> events;
  std::vector<ActionInfo> actions;
  std::vector<std::string> texts;               ///< as Manifest::texts
  std::vector<std::vector<std::string>> tables; ///< of texts by number, the last for all numbers beyond
  bool has_stacks = false;                      ///< some probe keeps a stack, or an address of user space
  bool has_user_stacks = false;                 ///< ... of user space
};

/// A readable, indented form for `-d typed` and golden tests.
std::string dump(const Program& program);

template<class Node> ExpressionPtr make_expression(Span span, Type type, Node node) {
  return std::make_unique<Expression>(Expression{span, std::move(type), std::move(node)});
}

} // namespace trc::typed
