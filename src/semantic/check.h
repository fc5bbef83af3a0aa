// Checks one expanded probe and builds its typed form. The same code runs muted while types are being
// inferred: then an expression whose type is not known yet has the type `none`, and nothing is said about it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "parser/ast.h"
#include "semantic/analyze.h"
#include "semantic/environment.h"
#include "semantic/expand.h"

namespace trc {

struct CheckContext {
  const AnalysisOptions& options;
  Environment& environment;
  typed::Program& program; ///< the probe, its events and actions are added here
  Diagnostics& diagnostics;
};

class Checker {
public:
  Checker(CheckContext context, const ExpandedProbe& probe, size_t index);
  /// Adds the typed probe to the program.
  void run();

private:
  using ExpressionPtr = typed::ExpressionPtr;

  // check_statement.cc
  typed::Block block(const ast::Block& block);
  void statement(const ast::Statement& statement, typed::Block& out);
  void assign(const ast::Assign& node, Span span, typed::Block& out);
  void assign_variable(const ast::Variable& target, Span span, ExpressionPtr value, typed::Block& out);
  void assign_map(const ast::Assign& node, const ast::Map& target, Span span, ExpressionPtr value,
                  typed::Block& out);
  void update_map(const ast::Assign& node, const ast::Map& target, Span span, ExpressionPtr value,
                  typed::Block& out);
  void aggregate(const ast::Assign& node, const Builtin& row, Span span, typed::Block& out);
  void let(const ast::Let& node, Span span, typed::Block& out);
  typed::Statement if_statement(const ast::If& node, Span span);
  ExpressionPtr condition(const ast::Expression& expression);

  // check_expression.cc
  ExpressionPtr expression(const ast::Expression& expression);
  /// Like expression(), but the result has a value: an action or nothing gets a diagnostic.
  ExpressionPtr value(const ast::Expression& expression);
  ExpressionPtr name(const ast::Name& node, Span span);
  ExpressionPtr tuple(const ast::Tuple& node, Span span);
  ExpressionPtr member(const ast::Member& node, Span span);
  ExpressionPtr element(const ast::Member& node, Span span, ExpressionPtr tuple);
  ExpressionPtr parameter(const ast::Parameter& node, Span span);
  ExpressionPtr variable(const ast::Variable& node, Span span);
  ExpressionPtr map_read(const ast::Map& node, Span span);
  ExpressionPtr unary(const ast::Unary& node, Span span);
  ExpressionPtr step(const ast::Unary& node, Span span);
  bool can_step(UnaryOperator op, Span span, const Type& type);
  ExpressionPtr elvis(Span span, ExpressionPtr test, ExpressionPtr otherwise);
  std::optional<Type> join_choices(Span span, const Type& then, const Type& otherwise);
  ExpressionPtr ternary(const ast::Ternary& node, Span span);

  // check_binary.cc
  ExpressionPtr binary(const ast::Binary& node, Span span);
  ExpressionPtr binary(BinaryOperator op, Span span, ExpressionPtr left, ExpressionPtr right);
  ExpressionPtr comparison(BinaryOperator op, Span span, ExpressionPtr left, ExpressionPtr right);
  ExpressionPtr arithmetic(BinaryOperator op, Span span, ExpressionPtr left, ExpressionPtr right);
  ExpressionPtr pointer_arithmetic(BinaryOperator op, Span span, ExpressionPtr left, ExpressionPtr right);
  /// Says what is wrong with a constant right operand, if anything is.
  bool is_bad_operand(BinaryOperator op, const typed::Expression& right);

  // check_map.cc
  /// The map a name stands for with its key checked, joined with the map's key type and converted to it.
  /// Nothing if other uses of the map contradict, which is said then.
  std::optional<typed::MapAccess> access(const ast::Map& node, Span span);
  std::optional<typed::MapAccess> access(const std::string& name, Span span, ExpressionPtr key);
  /// Whether the type of the map's values is known. If it never gets any, that is said.
  bool is_known(typed::MapId map, Span span);
  typed::MapId whole_map(const ast::Map& node, Span span);
  MapFacts& facts(typed::MapId map) { return context_.environment.maps[map]; }
  /// Widens the type of `what` (a variable or map, for messages) by that of a value assigned to it.
  bool widen(Type& type, const Type& by, const std::string& what, Span span);

  // check_call.cc
  ExpressionPtr call(const ast::Call& node, Span span);
  bool check_arguments(const ast::Call& node, const Builtin& row, Span span);
  std::optional<std::string> text(const ast::Expression& expression);
  std::optional<int64_t> number(const ast::Expression& expression);
  /// What an argument is, in words, for the message that it should be something else.
  std::string what_is(const ast::Expression& expression);
  std::optional<std::string> known_text(const ast::Expression& source, const typed::Expression& value);
  /// A string constant of the script's own, within limits.
  ExpressionPtr text_value(Span span, std::string bytes);
  ExpressionPtr integer_argument(const ast::Call& node, size_t index, const Builtin& row);
  ExpressionPtr bad_argument(const ast::Call& node, size_t index, const Builtin& row,
                             const std::string& expected, const std::string& got);
  ExpressionPtr special_call(const ast::Call& node, const Builtin& row, Span span);
#define BUILTIN(id, name, kind, parameters, result, doc, example)                                            \
  ExpressionPtr check_##id(const ast::Call& node, const Builtin& row, Span span);
#include "lang/builtins.def"
#undef BUILTIN
  ExpressionPtr element_call(const ast::Call& node, const Builtin& row, Span span);
  ExpressionPtr print_scalar(const ast::Map& map, const Builtin& row, Span span);
  ExpressionPtr print_map(const ast::Call& node, const ast::Map& map, const Builtin& row, Span span);

  // check_aggregation.cc
  /// The call as a statement that adds to `access`; the parameters of hist and lhist go into the type.
  ExpressionPtr aggregation(const ast::Call& node, const Builtin& row, Span span, Type& type);
  bool histogram(const ast::Call& node, const Builtin& row, Type& type);

  // helpers
  template<class... Arguments> void report(DiagnosticId id, Span span, Arguments&&... arguments) {
    context_.diagnostics.report(id, span, std::forward<Arguments>(arguments)...);
  }
  /// An expression after an error or while types are unknown: type none, so that nothing more is said about
  /// it.
  ExpressionPtr unknown(Span span);
  uint32_t add_event(EventKind kind, std::string format, std::vector<Type> fields, Span span);
  uint32_t add_action(ActionInfo action);
  const std::string& probe_name() const { return probe_.matches.front().name; }

  typed::VariableId declare(const std::string& name);
  std::optional<typed::VariableId> find_variable(const std::string& name) const;
  void report_undefined(const std::string& name, Span span);
  Type& variable_type(typed::VariableId id) { return variable_facts(id).type; }
  VariableFacts& variable_facts(typed::VariableId id) { return context_.environment.variables[index_][id]; }

  CheckContext context_;
  const ExpandedProbe& probe_;
  size_t index_;
  std::vector<std::map<std::string, typed::VariableId>> scopes_;
  uint32_t declared_ = 0;             ///< variables declared so far
  std::set<std::string> left_scopes_; ///< names whose scope has ended
};

} // namespace trc
