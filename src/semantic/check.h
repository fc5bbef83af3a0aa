// Checks one body, of an expanded probe or a function, and builds its typed form. The same code runs muted
// while types are being inferred: then an expression whose type is not known yet has the type `none`, and
// nothing is said about it.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "parser/ast.h"
#include "program/format_spec.h"
#include "program/stack_mode.h"
#include "semantic/analyze.h"
#include "semantic/declarations.h"
#include "semantic/environment.h"
#include "semantic/expand.h"
#include "semantic/frame.h"
#include "semantic/functions.h"

namespace trc {

struct CheckContext {
  const Kernel& kernel;
  const AnalysisOptions& options;
  const Declarations& declarations;
  std::vector<FunctionCalls>& calls; ///< by function
  Environment& environment;
  typed::Program& program; ///< the probe or function, its events and actions are added here
  Diagnostics& diagnostics;
  const TypeSource* kernel_types = nullptr; ///< without the script's own
  const TypeSource* types = nullptr;        ///< all that the body can name
};

class Checker {
public:
  /// `index` is that of the body in Environment::variables.
  Checker(CheckContext context, size_t index);
  /// Adds the typed probe to the program.
  void run(const ExpandedProbe& probe);
  /// Adds the typed function to the program.
  void run(const FunctionSignature& function);
  /// The value of an expression that is known by now; nothing if it is not, or no number.
  std::optional<uint64_t> known_number(const ast::Expression& expression);
  /// Fills in the types of a function.
  void resolve(FunctionSignature& function);
  /// The type that is written there; nothing, and a diagnostic, if there is none of that name.
  /// (check_type.cc)
  std::optional<Type> type_of(const ast::TypeName& name);
  /// Of what stands in `typeof(…)` and the like.
  std::optional<Type> subject_type(const ast::Subject& subject, Span span);

private:
  using ExpressionPtr = typed::ExpressionPtr;

  // check_body.cc
  /// The probe whose body this is; null, and a diagnostic that `what` needs one, in a function.
  const ExpandedProbe* here(std::string_view what, Span span);
  /// Where an integer used as an address points.
  AddressSpace pointers() const;
  std::vector<Type> variable_types() const;
  Span body_span() const { return probe_ ? probe_->source->span : function_->source->span; }
  /// Says which variables never got a value.
  void report_unassigned();
  void leave(const ast::Return& node, Span span, typed::Block& out);
  ExpressionPtr pinned_printf(const ast::Call& node, const Builtin& row, Span span);
  std::optional<typed::Expressions> pinned_pieces(const std::vector<FormatPiece>& pieces,
                                                  const std::string& format, const ast::Expression& source,
                                                  typed::Expressions values);
  ExpressionPtr pinned_value(const FormatPiece& piece, ExpressionPtr value, const std::string& written,
                             std::string& conversion);
  void leave_probe(ExpressionPtr result, Span span, typed::Block& out);
  typed::VariableId declare(const std::string& name, Span span);
  std::optional<typed::VariableId> find_variable(const std::string& name) const;
  void report_undefined(const std::string& name, Span span);

  // functions.cc
  std::optional<typed::FunctionId> find_function(const std::string& name) const;
  ExpressionPtr function_call(const ast::Call& node, typed::FunctionId id, Span span);

  // macros.cc
  /// The macro that a call with these arguments means; null if there is none.
  const ast::Macro* find_macro(const ast::Call& node) const;
  bool matches(const ast::Macro& macro, const ast::Call& node) const;
  bool can_expand(const ast::Macro& macro, Span span);
  bool bind(const ast::MacroParameter& parameter, const ast::Expression& given, Frame& frame);
  /// Null after an error.
  std::unique_ptr<Frame> open_frame(const ast::Macro& macro, const ast::Call& node, Span span);
  /// The value of a call of a macro.
  ExpressionPtr macro_value(const ast::Macro& macro, const ast::Call& node, Span span);
  void macro_statement(const ast::Macro& macro, const ast::Call& node, Span span, typed::Block& out);
  /// What was given for the parameter of this macro that the name is; null if it is none.
  const Frame::Argument* macro_argument(const std::string& name) const;
  /// Checks what was given for a parameter, where it was written.
  ExpressionPtr argument_value(const Frame::Argument& argument);
  /// The same where it stands as a statement: it needs no value.
  void argument_statement(const Frame::Argument& argument, typed::Block& out);
  /// The expression behind the names of parameters that stand for it: to look at, not to check.
  const ast::Expression& behind(const ast::Expression& expression) const;
  /// The map that an expression is, or that a macro's parameter stands for; null if it is none.
  const ast::Map* as_map(const ast::Expression& expression) const;
  /// The type that was given for a macro's parameter by `typeof(…)`: nothing if the name is none such, an
  /// empty inner value after an error.
  std::optional<std::optional<Type>> type_argument(const std::string& name);
  /// The members that a path names where its first word is a macro's parameter: those that were given for it.
  std::vector<ast::Spelled> path_behind(const std::vector<ast::Spelled>& path) const;
  /// Says that macros of this name want other arguments.
  void report_no_macro(const ast::Call& node, Span span);
  /// The script's map behind a name; in a macro only those that it was given, which is said otherwise.
  typed::MapId map_id(const std::string& name, Span span);
  std::vector<ExpandedFrom> expanded_from() const;
  /// The place as the user knows it: of what is in the library, that of its use.
  Span script_place(Span span) const;

  // check_loop.cc
  void while_loop(const ast::While& node, Span span, typed::Block& out);
  void unroll(const ast::Unroll& node, Span span, typed::Block& out);
  void for_range(const ast::For& node, Span span, typed::Block& out);
  void for_map(const ast::For& node, Span span, typed::Block& out);
  bool can_declare_loop_variable(const ast::For& node);
  typed::Block loop_body(const ast::Block& block);
  bool is_in_loop(const char* statement, Span span);

  // check_choice.cc
  enum class Branch : uint8_t { both, then, otherwise, unknown };
  /// Which branches of an `if` are kept: one, if its condition stands behind `comptime`.
  Branch kept_branch(const ast::If& node, bool is_comptime);
  void if_statement(const ast::If& node, Span span, bool is_comptime, typed::Block& out);
  ExpressionPtr if_value(const ast::If& node, Span span, bool is_comptime);
  /// `a ? printf("x") : exit();`
  void choice_statement(const ast::Ternary& node, Span span, typed::Block& out);
  ExpressionPtr block_value(const ast::Block& block);
  ExpressionPtr comptime(const ast::Comptime& node, Span span);
  ExpressionPtr comptime_value(const ast::Expression& expression);
  ExpressionPtr condition(const ast::Expression& expression);

  // check_statement.cc
  typed::Block block(const ast::Block& block);
  void statements(const ast::Block& block, typed::Block& out);
  void statement(const ast::Statement& statement, typed::Block& out);
  /// An expression that stands as a statement.
  void evaluate(const ast::Expression& expression, Span span, typed::Block& out);
  void assign(const ast::Assign& node, Span span, typed::Block& out);
  void assign_variable(typed::VariableId variable, Span span, ExpressionPtr value, typed::Block& out);
  void assign_map(const ast::Assign& node, const ast::Map& target, Span span, ExpressionPtr value,
                  typed::Block& out);
  void update_map(const ast::Assign& node, const ast::Map& target, Span span, ExpressionPtr value,
                  typed::Block& out);
  void aggregate(const ast::Assign& node, const Builtin& row, Span span, typed::Block& out);
  void let(const ast::Let& node, Span span, typed::Block& out);
  bool declare_type(typed::VariableId id, const Type& written, Span span, const typed::Expression* initial);
  /// The value as one of a type that was written: an error if it is of another kind or a literal beyond its
  /// range, a warning where it may be cut. `what` is for messages.
  ExpressionPtr fit(ExpressionPtr value, const Type& to, const std::string& what);
  void push_scope() { frame_->scopes.emplace_back(); }
  void pop_scope();

  // check_expression.cc
  ExpressionPtr expression(const ast::Expression& expression);
  /// Like expression(), but the result has a value: an action or nothing gets a diagnostic.
  ExpressionPtr value(const ast::Expression& expression);
  ExpressionPtr name(const ast::Name& node, Span span);
  /// What a name of C stands for: a `#define` of the script, or an enumerator. Null if there is none.
  ExpressionPtr c_name(const ast::Name& node, Span span);
  ExpressionPtr expansion(const ast::Name& node, const std::string& text, Span span);
  ExpressionPtr tuple(const ast::Tuple& node, Span span);
  ExpressionPtr record(const ast::Record& node, Span span);
  ExpressionPtr tuple_of(Type type, typed::Expressions elements, Span span);
  ExpressionPtr parameter(const ast::Parameter& node, Span span);
  ExpressionPtr variable(const ast::Variable& node, Span span);
  ExpressionPtr map_read(const ast::Map& node, Span span);
  ExpressionPtr unary(const ast::Unary& node, Span span);
  ExpressionPtr step(const ast::Unary& node, Span span);
  /// What `++` and `--` change it by; nothing if they can't be applied, which is said then.
  std::optional<uint32_t> step_of(UnaryOperator op, Span span, const Type& type);
  ExpressionPtr elvis(Span span, ExpressionPtr test, ExpressionPtr otherwise);
  std::optional<Type> join_choices(Span span, const char* what, const Type& then, const Type& otherwise);
  ExpressionPtr ternary(const ast::Ternary& node, Span span);

  // check_type.cc: types as they are written
  const TypeSource& types() const { return *context_.types; }
  std::optional<Type> base_type(const ast::TypeName& node);
  std::optional<Type> wrap_in_arrays(const ast::TypeName& node, Type type, size_t first, size_t end);
  void report_unknown_type(const std::string& name, Span span);
  /// What a pointer points to, with its size; none for `void *` and what is only known by name.
  Type target_of(const Type& pointer) const;
  /// How many bytes a pointer moves by one: the size of what it points to, 1 for `void *`; 0 if not known.
  uint32_t stride_of(const Type& pointer) const;
  ExpressionPtr size_of(const ast::SizeOf& node, Span span);
  ExpressionPtr offset_of(const ast::OffsetOf& node, Span span);
  ExpressionPtr type_info(const ast::TypeInfo& node, Span span);

  // check_access.cc: what is in structures, arrays and behind pointers
  ExpressionPtr member(const ast::Member& node, Span span);
  ExpressionPtr argument(const ast::Member& node, Span span);
  /// `args` as a whole: a record of what can be read.
  ExpressionPtr arguments(Span span);
  ExpressionPtr read_argument(const probes::Argument& argument, Span span);
  ExpressionPtr element(const ast::Member& node, Span span, ExpressionPtr tuple);
  ExpressionPtr field(const ast::Member& node, Span span, ExpressionPtr whole);
  /// Says what is wrong, if it is.
  std::optional<Field> find_field_of(const Type& structure, const std::string& name, Span name_span);
  ExpressionPtr index(const ast::Index& node, Span span);
  ExpressionPtr array_element(Span span, ExpressionPtr array, ExpressionPtr index);
  ExpressionPtr pointer_element(Span span, ExpressionPtr pointer, ExpressionPtr index);
  ExpressionPtr dereference(Span span, ExpressionPtr pointer);
  ExpressionPtr address_of(const ast::AddressOf& node, Span span);
  /// Whether the verifier knows where this pointer points to (typed::Dereference::is_trusted).
  bool is_trusted(const typed::Expression& pointer) const;
  bool is_kernel_structure(const Type& type) const;

  // check_cast.cc
  ExpressionPtr cast(const ast::Cast& node, Span span);
  ExpressionPtr cast_to(const Type& to, Span span, ExpressionPtr value);
  ExpressionPtr cast_to_number(const Type& to, Span span, ExpressionPtr value);
  ExpressionPtr cast_to_pointer(Type to, Span span, ExpressionPtr value);
  ExpressionPtr cast_to_array(Type to, Span span, ExpressionPtr value);
  ExpressionPtr refuse_cast(const Type& to, const typed::Expression& value, const std::string& hint = {});

  // check_context.cc
  /// Null if the name is none of `arg0`, `arg1` ….
  ExpressionPtr positional_argument(const std::string& name, Span span);
  /// Whether this is the `ctx` of a probe that has one, so that a field of it can be read.
  bool reaches_into_context(const ast::Expression& base) const;
  ExpressionPtr context_pointer(Span span);

  // check_binary.cc
  ExpressionPtr binary(const ast::Binary& node, Span span);
  ExpressionPtr binary(BinaryOperator op, Span span, ExpressionPtr left, ExpressionPtr right);
  ExpressionPtr comparison(BinaryOperator op, Span span, ExpressionPtr left, ExpressionPtr right);
  ExpressionPtr arithmetic(BinaryOperator op, Span span, ExpressionPtr left, ExpressionPtr right);
  ExpressionPtr pointer_arithmetic(BinaryOperator op, Span span, ExpressionPtr left, ExpressionPtr right);
  ExpressionPtr scaled(ExpressionPtr count, uint32_t size);
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
  /// The number of bytes that str() and buf() are given as their second argument.
  struct Length {
    ExpressionPtr value;           ///< null: none was given
    std::optional<uint64_t> known; ///< if it is known by now: 1 to max_strlen
    bool is_good = true;           ///< false: what is wrong has been said, or it is not known what it is
  };
  Length length_argument(const ast::Call& node, const Builtin& row);
  ExpressionPtr integer_argument(const ast::Call& node, size_t index, const Builtin& row);
  ExpressionPtr bad_argument(const ast::Call& node, size_t index, const Builtin& row,
                             const std::string& expected, const std::string& got);
  ExpressionPtr special_call(const ast::Call& node, const Builtin& row, Span span);
  /// len() of a stack.
  ExpressionPtr stack_length(const ast::Call& node, const Builtin& row, Span span);
#define BUILTIN(id, name, kind, parameters, result, doc, example)                                            \
  ExpressionPtr check_##id(const ast::Call& node, const Builtin& row, Span span);
#include "lang/builtins.def"
#undef BUILTIN
  /// An address as one of that address space.
  ExpressionPtr in_space(const ast::Call& node, const Builtin& row, AddressSpace space);
  // check_string.cc
  ExpressionPtr string_argument(const ast::Call& node, size_t index, const Builtin& row);
  std::optional<std::array<ExpressionPtr, 2>> two_strings(const ast::Call& node, const Builtin& row);
  ExpressionPtr in_case(const ast::Call& node, const Builtin& row, Span span, char first, char last,
                        int distance);
  ExpressionPtr bytes_argument(const ast::Call& node, size_t index, const Builtin& row);
  ExpressionPtr text_by_number(const ast::Call& node, const Builtin& row, Span span,
                               std::vector<std::string> texts);
  /// What str() makes of an address, or of a string or array of characters.
  ExpressionPtr string_at(ExpressionPtr source, ExpressionPtr length, std::optional<uint64_t> known_length,
                          Span span);

  // check_task.cc
  ExpressionPtr id_of_task(const ast::Call& node, const Builtin& row, Span span);
  ExpressionPtr send_signal(const ast::Call& node, const Builtin& row, Span span);
  bool is_safe(const Builtin& row, Span span);
  /// A pointer to that structure as the verifier knows it; null, and a diagnostic, if the argument is none.
  ExpressionPtr trusted_argument(const ast::Call& node, size_t index, const Builtin& row,
                                 const std::string& structure);

  ExpressionPtr element_call(const ast::Call& node, const Builtin& row, Span span);
  /// A variable of the compiler's own, without a name; `span` tells it from others.
  typed::VariableId hidden_variable(const Type& type, Span span);
  bool fits_event(const Type& aggregation) const;
  ExpressionPtr print_aggregation(const ast::Map& map, const Builtin& row, Span span);
  ExpressionPtr print_scalar(const ast::Map& map, const Builtin& row, Span span);
  ExpressionPtr print_map(const ast::Call& node, const ast::Map& map, const Builtin& row, Span span);

  // check_format.cc
  Span span_within(const ast::Expression& source, FormatRange range) const;
  std::optional<std::vector<FormatPiece>> read_format(const ast::Expression& source,
                                                      const std::string& format);
  bool has_values_for(const std::vector<FormatPiece>& pieces, const ast::Call& node);
  void check_conversions(const std::vector<FormatPiece>& pieces, const typed::Expressions& values);
  /// A call that sends the values of a format.
  ExpressionPtr formatted(EventKind kind, const ast::Call& node, const Builtin& row, Span span);

  // check_memory_call.cc
  ExpressionPtr packet_field(const ast::Call& node, const Type& structure, const char* name);

  // check_presented.cc
  ExpressionPtr address_bytes(const ast::Call& node, size_t index, const Builtin& row,
                              const std::string& expected);
  ExpressionPtr text_index(Span span, const std::string& text);

  // check_meta.cc
  ExpressionPtr answer(const ast::Call& node, Span span, bool (*holds)(const typed::Expression&));
  std::optional<typed::Option> read_option(const ast::Call& node);

  // check_symbol.cc
  std::optional<StackMode> stack_mode_of(const ast::Name& name, const Builtin& row, Span span);
  bool is_of_c(const ast::Name& name) const;
  ExpressionPtr stack(const ast::Call& node, const Builtin& row, Span span);
  ExpressionPtr located_argument(const probes::LocatedArgument& argument, const std::string& name, Span span);
  ExpressionPtr name_of_instance(const std::vector<std::string>& names, const std::string& first,
                                 const Builtin& row, Span span);
  std::string function_name(const probes::Match& match) const;
  typed::Expressions process_image(Span span);
  ExpressionPtr kernel_symbol(ExpressionPtr address, Span span);

  // check_aggregation.cc
  /// The call as a statement that adds to `access`; its literal parameters go into the type.
  ExpressionPtr aggregation(const ast::Call& node, const Builtin& row, Span span, Type& type);
  // They read the literal parameters into the type; false after an error.
  bool hist_parameters(const ast::Call& node, const Builtin& row, Type& type);
  bool lhist_parameters(const ast::Call& node, const Builtin& row, Type& type);
  bool series_parameters(const ast::Call& node, const Builtin& row, Span span, Type& type);
  bool refuse_number(const ast::Call& node, size_t argument, const Builtin& row, const char* what,
                     const std::string& must, const std::string& hint);

  // helpers
  template<class... Arguments> void report(DiagnosticId id, Span span, Arguments&&... arguments) {
    context_.diagnostics.add(
        {id, use_.value_or(span), {std::string(std::forward<Arguments>(arguments))...}, expanded_from()});
  }
  /// An expression after an error or while types are unknown: type none, so that nothing more is said about
  /// it.
  ExpressionPtr unknown(Span span);
  uint32_t add_event(EventKind kind, std::string format, std::vector<Type> fields, Span span);
  uint32_t add_action(ActionInfo action);
  const std::string& probe_name() const { return probe_->matches.front().name; }
  Type& variable_type(typed::VariableId id) { return variable_facts(id).type; }
  VariableFacts& variable_facts(typed::VariableId id) { return *variables_[id].facts; }

  struct DeclaredVariable {
    std::string name;
    Span span;
    VariableFacts* facts;
    bool is_assigned = false; ///< by a statement that was checked by now
  };

  CheckContext context_;
  size_t index_;
  const ExpandedProbe* probe_ = nullptr; ///< null in a function
  const FunctionSignature* function_ = nullptr;
  Frame body_;
  Frame* frame_ = &body_;
  std::vector<DeclaredVariable> variables_; ///< index = typed::VariableId
  std::map<DeclarationSite, typed::VariableId> sites_;
  uint32_t loops_ = 0;                 ///< around the statement
  uint32_t expansions_ = 0;            ///< of macros so far
  std::vector<std::string> expanding_; ///< the `#define`s whose text is being checked, outermost first
  std::optional<Span> use_;            ///< then: where the outermost is used, which is where its text counts
};

} // namespace trc
