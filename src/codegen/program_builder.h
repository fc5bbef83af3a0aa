// Lowers one typed probe to one BPF program. Scalars are SSA values of 64 bits; strings and tuples live in
// memory and are either stored into a place (store) or looked at where they are (address).
#pragma once

#include <functional>
#include <map>
#include <span>
#include <vector>

#include "codegen/module_builder.h"
#include "program/aggregation.h"
#include "semantic/typed_program.h"

namespace trc {
struct StatePattern;
}

namespace trc::codegen {

class ProgramBuilder {
public:
  ProgramBuilder(ModuleBuilder& module, const typed::Probe& probe, size_t index);
  /// Adds the program to the module and to the manifest.
  void build();

private:
  using Value = llvm::Value;
  using BasicBlock = llvm::BasicBlock;

  // prologue.cc: what stands before the body
  void prologue();
  void check_selectors();
  void check_cookie();
  void check_object(const probes::ContextAccess& object);
  Value* sequence_file();
  void check_state();
  void count_event();
  void check_pid();
  void check_compat(const probes::TaskFields& fields);
  bool has_task() const;
  void return_unless(Value* condition, const char* name);
  ProgramInfo describe() const;

  // function.cc: programs of more than one function
  /// What of a program a function is.
  enum class Part : uint8_t { program, loop_body, function };
  /// A `fn` in this program. Arguments and results are passed in its variables.
  struct Subprogram {
    llvm::Function* function = nullptr;
    std::vector<uint32_t> variables; ///< where they lie in scratch memory
    uint32_t result = 0;
    Type type;          ///< of the result
    bool exits = false; ///< can end the whole program
  };
  /// Why a function ends before its time: the word at kLeaving in scratch memory, for its caller.
  enum Leaving : uint64_t { kStays = 0, kLeavesFunction = 1, kLeavesProgram = 2 };
  static constexpr uint32_t kLeaving = 0;
  static constexpr uint32_t kContextWord = 0, kScratchWord = 1;
  void open_frame();
  Value* context();
  Value* probe_index();
  Value* variable(typed::VariableId id);
  void declare(const std::vector<Type>& variables);
  Value* frame_word(uint32_t index);
  void build_functions(const typed::Block& body);
  void build_function(typed::FunctionId id);
  void fill(llvm::Function* function, Part part, Span span, const std::function<void()>& body);
  template<class Node> bool exits(const Node& node) const;
  bool leaves(const typed::Block& block) const;
  bool leaves(const typed::Expression& expression) const;
  template<class Node> bool returns_or_exits(const Node& node) const;
  Value* call_function(const typed::FunctionCall& node);
  void pass_arguments(const typed::FunctionCall& node, const Subprogram& callee);
  void return_statement(const typed::Return& node);
  void leave(Leaving how);
  void leave_if_left();
  void return_from_program() { leave(kLeavesProgram); }

  // loop.cc
  void while_loop(const typed::While& node);
  void unroll(const typed::Unroll& node);
  Value* not_known(Value* number);
  void for_range(const typed::ForRange& node);
  void for_map(const typed::ForMap& node);
  void store_pair(const typed::ForMap& node, Value* map, Value* key, Value* value);
  llvm::Function* loop_body(const char* name, const std::vector<llvm::Type*>& parameters,
                            const std::function<void()>& round, const std::function<void()>& end = {});

  // memory.cc: places, copies, strings
  void open_scratch();
  void close_scratch();
  void remove_look_up(BasicBlock* block);
  struct Mark {
    uint32_t scratch, stack;
  };
  Mark mark() const { return {scratch_used_, stack_used_}; }
  void release(Mark mark);
  /// Room for a temporary or variable: on the stack if small, else in the program's scratch memory. 8-byte
  /// aligned.
  Value* allocate(uint32_t size);
  /// Room in the program's scratch memory, as an offset: for what several of its functions use.
  uint32_t reserve(uint32_t size);
  Value* scratch_at(uint32_t at);
  Value* offset(Value* base, uint64_t bytes);
  void zero(Value* to, uint32_t size);
  void copy(Value* to, Value* from, uint32_t size);
  Value* load_word(Value* from);
  Value* load_bytes(Value* from, uint32_t size);
  void store_word(Value* value, Value* to);
  /// A scalar in memory, with the size and sign of its type.
  Value* load_scalar(Value* from, const Type& type);
  void store_scalar(Value* value, Value* to, const Type& type);
  Value* cut(Value* value, const Type& type);
  Value* equal_bytes(Value* a, Value* b, uint32_t size);
  /// Calls the reader of strings for an address space: at most `size` bytes with the NUL; the count or an
  /// error.
  Value* read_string(AddressSpace space, Value* to, Value* size, Value* from);
  /// The same for just any bytes; 0 or an error.
  Value* read_bytes(AddressSpace space, Value* to, Value* size, Value* from);

  // place.cc: values that are looked at where they lie
  enum class Where : uint8_t {
    here,     ///< in memory that the program may read itself: its own, a map's
    trusted,  ///< behind a pointer that the verifier knows: loads at fixed offsets
    elsewhere ///< at an address for the kernel's readers
  };
  struct Place {
    Where where = Where::here;
    AddressSpace space = AddressSpace::kernel; ///< elsewhere
    Value* base = nullptr;
    Value* is_there = nullptr; ///< an i1: there is such an element; null: always
    bool is_raw = false;       ///< a string there may have anything behind its NUL
    typed::BitRange bits;
  };
  Place place(const typed::Expression& expression);
  Place pointed_to(const typed::Dereference& node);
  Place element_place(const typed::ArrayElement& node);
  Value* as_number(Value* pointer);
  Value* load_from(const Place& place, const Type& type);
  Value* load_whole(const Place& place, const Type& type);
  Value* load_trusted(Value* from, uint32_t size);
  Value* load_bits(const Place& place, const Type& type);
  void fetch(const Place& place, Value* to, uint32_t size);
  void store_from(const Place& place, const Type& type, Value* to);
  void store_all(const Place& place, const Type& type, Value* to);
  /// Where a C string comes from.
  enum class Reads : uint8_t {
    own,    ///< memory of the program: reading does not fail
    field,  ///< an array elsewhere, which it may fill to its end
    longest ///< an address: what does not fit is lost
  };
  void store_c_string(AddressSpace space, Value* from, uint32_t size, Value* to, Reads reads);
  void read_last(AddressSpace space, Value* from, uint32_t size, Value* to, Reads reads);
  Value* place_address(const typed::Expression& expression);

  // flow helpers
  BasicBlock* new_block(const char* name);
  void branch_to(BasicBlock* block);
  /// Behind a return or exit() nothing is reached; LLVM wants a block for it all the same and drops it.
  void reach();
  /// Runs `then` if the condition holds.
  template<class Then> void if_true(Value* condition, const Then& then) {
    BasicBlock *yes = new_block("then"), *end = new_block("end");
    m_.ir.CreateCondBr(condition, yes, end);
    m_.ir.SetInsertPoint(yes);
    then();
    branch_to(end);
    m_.ir.SetInsertPoint(end);
  }
  /// The value of `then` or `otherwise`, whichever the condition chooses.
  template<class Then, class Otherwise>
  Value* choose(Value* condition, const Then& then, const Otherwise& otherwise) {
    BasicBlock *yes = new_block("then"), *no = new_block("else"), *end = new_block("end");
    m_.ir.CreateCondBr(condition, yes, no);
    m_.ir.SetInsertPoint(yes);
    Value* a = then();
    BasicBlock* from_yes = m_.ir.GetInsertBlock();
    branch_to(end);
    m_.ir.SetInsertPoint(no);
    Value* b = otherwise();
    BasicBlock* from_no = m_.ir.GetInsertBlock();
    branch_to(end);
    m_.ir.SetInsertPoint(end);
    auto* phi = m_.ir.CreatePHI(a->getType(), 2);
    phi->addIncoming(a, from_yes);
    phi->addIncoming(b, from_no);
    return phi;
  }
  Value* word(uint64_t value) { return m_.word(value); }
  Value* is_null(Value* pointer) { return m_.ir.CreateIsNull(pointer); }

  // statement.cc
  void block(const typed::Block& block);
  void statement(const typed::Statement& statement);
  void evaluate(const typed::Expression& expression);
  void assign_map(const typed::AssignMap& node);
  void update_map(const typed::UpdateMap& node);
  void if_statement(const typed::If& node);

  // expression.cc
  Value* scalar(const typed::Expression& expression);
  Value* scalar_value(const typed::Expression& expression);
  Value* truth(const typed::Expression& expression);
  Value* number(const typed::Expression& expression);
  Value* converted(const typed::Expression& operand, const Type& type);
  Value* binary(const typed::Binary& node);
  Value* arithmetic(const typed::Binary& node, Value* left, Value* right);
  Value* comparison(const typed::Binary& node);
  /// `place` is where a division by zero is counted; none where the divisor can't be zero.
  Value* divide(BinaryOperator op, bool is_signed, Value* left, Value* right, const std::string& place);
  Value* unary(const typed::Unary& node);
  Value* step(const typed::VariableStep& node);

  // context.cc
  Value* context_value(const probes::ContextAccess& access);
  Value* scalar_argument(const probes::ContextAccess& access, const Type& type);
  void store_argument(const probes::ContextAccess& access, const Type& type, Value* to);
  /// Where in the context something of a length that is only known at run time lies.
  struct DataLocation {
    Value *from, *length;
  };
  DataLocation data_location(const probes::ContextAccess& access);
  void count_if_longer(Value* length, uint32_t most);

  // text.cc: strings and tuples
  void store(const typed::Expression& expression, Value* to);
  void store_parts(const typed::Expression& expression, Value* to);
  Value* made(const typed::Expression& expression);
  /// Where the session has put the value of an option of the script.
  Value* option(const typed::OptionRead& node) {
    return m_.data(m_.manifest.options[node.option].layout.offset);
  }
  Value* address(const typed::Expression& expression);
  void store_converted(const typed::Expression& operand, const Type& type, Value* to);
  void store_comm(const typed::Call& call, uint32_t size, Value* to);
  bool store_made(const typed::Call& call, uint32_t size, Value* to);
  void store_str(const typed::Call& call, uint32_t size, Value* to);
  void store_buf(const typed::Call& call, uint32_t size, Value* to);
  void copy_beginning(Value* from, Value* to, const Type& type);
  void convert_tuple(Value* from, const Type& from_type, Value* to, const Type& to_type);
  void store_tuple(const typed::TupleOf& tuple, const Type& type, Value* to);
  Value* bounded_probe_index();
  Value* instance_name_address(BuiltinId id, uint32_t size);
  /// Reads a string to `to` as part of an event: at most `size` bytes, not padded. Its length without the
  /// NUL.
  Value* pack_string(const typed::Expression& expression, Value* to);
  Value* read_packed(const typed::Expression& expression, Value* to);
  /// The bytes of a buffer without its room; their number.
  Value* pack_buffer(const typed::Expression& expression, Value* to);
  Value* read_buffer(const typed::Call& call, uint32_t most, Value* to);
  void count_if_faulted(Value* result);

  // string.cc
  Value* padded_part(Value* from, Value* count, uint32_t size);
  Value* other_case(Value* letters, char first, char last);
  void change_words(Value* text, uint32_t count, char first, char last);
  void store_in_case(const typed::Call& call, uint32_t size, Value* to, char first, char last);
  void store_lower(const typed::Call& call, uint32_t size, Value* to);
  void store_upper(const typed::Call& call, uint32_t size, Value* to);
  void store_str_concat(const typed::Call& call, uint32_t size, Value* to);
  Value* table_row(const typed::Call& call, uint32_t size);

  // search.cc
  struct Matched {
    Value *is_found, *count; ///< 1 or 0; the bytes before that with which all was found
  };
  Matched match(const StatePattern& pattern, const typed::Expression& text);
  Value* search(const typed::Expression& text, const typed::Expression& sought);

  // task.cc
  void store_path(const typed::Call& call, uint32_t size, Value* to);
  void store_comm_of(const typed::Call& call, uint32_t size, Value* to);

  // stack.cc
  /// A stack, or a single address, that is met for the first time is sent to the session; its key goes to
  /// `to`.
  void store_stack(const typed::Call& call, Value* to);
  struct Captured {
    Value *record, *bytes, *failed; ///< a StackRecord with the frames behind it
  };
  Captured capture(const typed::Call& call, Value* record, uint32_t limit);
  Value* tracepoint_bytes(Value* frames, Value* bytes);
  struct Lanes {
    Value *low, *high;
  };
  Lanes key_of(Value* frames, Value* bytes, uint32_t most, Lanes process);
  Lanes hash_frames(Value* frames, Value* bytes, uint32_t most, Lanes seeds);
  void send_if_new(Value* record, Value* bytes);
  Value* mix(Value* hash, Value* word, uint64_t by);

  // map_access.cc
  struct Slot {
    Value* is_set; ///< only of a slot that is not per CPU
    Value* value;
  };
  const MapInfo& info(const typed::MapAccess& access) const { return m_.manifest.maps[access.map]; }
  const typed::Map& typed_map(const typed::MapAccess& access) const { return m_.program.maps[access.map]; }
  Value* generation(const MapInfo& map);
  /// In the generation in use, unless another one is given.
  Slot slot(const MapInfo& map, Value* cpu, Value* in_generation = nullptr);
  /// The map to hand to helpers. One with generations is looked up in its array of maps, which always has it;
  /// for the verifier `missing` is where to go if not.
  Value* map_pointer(const typed::MapAccess& access, BasicBlock* missing);
  /// That of one generation.
  Value* instance_pointer(uint32_t map, Value* generation, BasicBlock* missing);
  Value* key_address(const typed::MapAccess& access);
  Value* or_absent(Value* value, BasicBlock* missing, Value* absent, bool is_failure = false);
  using Use = std::function<Value*(Value* element)>;
  /// The value of `present` on the element of a hash, or `absent` where there is none.
  Value* with_element(const typed::MapAccess& access, Value* absent, const Use& present,
                      bool is_failure = false);
  /// With -k.
  void count_missing_key() {
    if (m_.options.counts_failures) m_.count_loss(LossCause::key_not_found, m_.place());
  }
  /// The same with an element that is made zero first if it is not there; counts a loss and gives `absent` if
  /// the map is full.
  Value* with_new_element(const typed::MapAccess& access, Value* absent, const Use& use);
  void count_failed_insertion(Value* result, const std::string& map);
  Value* read_scalar(const typed::MapAccess& access, const Type& type);
  Value* read_address(const typed::MapAccess& access, const Type& type);
  using Add = std::function<void(Value* memory)>;
  Value* add_up(const Type& type, const std::function<void(const Add&)>& each);
  void each_element(Value* map, Value* key, const Add& add);
  Value* read_aggregation(const typed::MapAccess& access, const Type& type);
  Value* for_each_cpu(const std::function<void(Value* cpu)>& body);
  Value* map_step(const typed::MapStep& node, const Type& type);
  /// `op` on a word in memory, atomically where the machine can; the old value.
  Value* update_in_place(BinaryOperator op, bool is_signed, Value* place, Value* operand);

  // aggregation.cc, calls.cc, event.cc: one function for each row of builtins.def that is not DECIDED
#define BUILTIN(id, name, kind, parameters, result, doc, example)                                            \
  Value* lower_##id(const typed::Call& call, const Type& type);
#define DECIDED(id, name, kind, parameters, result, doc, example)
#include "lang/builtins.def"
#undef BUILTIN
  Value* lower(const typed::Call& call, const Type& type);
  struct Ids {
    Value *process, *thread;
  };
  /// Of the current task, as this PID namespace counts them; 0 for a task that is not in it.
  Ids current_ids(bool of_all = false);
  Value* task_id(std::optional<uint32_t> at, bool of_all = false);
  void aggregate(const typed::Call& call, const std::function<void(Value* memory, Value* value)>& add);
  Value* merit(Value* value, bool is_signed, bool is_max);
  void keep_better(Value* memory, Value* merit);
  void keep_extreme(const typed::Call& call, bool is_max);
  Value* exchange_word(Value* memory, Value* held, Value* by);
  Value* load_volatile(Value* from);
  // series.cc
  void add_to_series(Value* place, SeriesOf of, bool is_signed, Value* epoch, Value* now, Value* value);
  void add_to(Value* word_address, Value* value);
  Value* log2(Value* value);
  Value* clamp_bucket(Value* bucket, uint32_t buckets);

  // event.cc
  void send_event(const typed::Call& call);
  void send_fixed(const typed::Call& call, const EventInfo& event);
  void with_record(const EventInfo& event, uint32_t index, const std::function<void(Value* record)>& fill);
  void send_packed(const typed::Call& call, const EventInfo& event);
  void store_field(const typed::Expression& expression, const ValueLayout& field, Value* record);
  void send_record(Value* record, uint32_t event, Value* size);
  Value* wakeup_flags();
  Value* events_position();
  /// Reserves a control record and fills in its place among the events; `use` has to submit or discard it.
  /// Without room the loss is counted.
  void with_control_record(const std::function<void(Value* record)>& use);
  void submit_control(Value* record, uint32_t action, Value* generation);
  void discard(Value* record);

  // sequence.cc
  void write_sequence(const typed::Call& call);
  void write_string(const typed::Expression& e);
  void write_formatted(const typed::Expression& format, std::span<const typed::ExpressionPtr> values);
  Value* ended_string(const typed::Expression& e);

  // map_actions.cc
  llvm::Function* element_function(const char* name, const std::function<void(llvm::Function*)>& body);
  void mark_printed(const MapInfo& map, Value* generation);
  void send_aggregation(const typed::Call& call, const typed::MapAccess& access);
  void retire(const typed::Call& call, const std::function<void(Value* retired)>& carry,
              const std::function<void(Value* current)>& empty);
  void empty_in_place(const MapInfo& map, Value* current, const std::function<void(Value* current)>& empty);
  void empty_slots(const MapInfo& map, Value* generation, bool keeps_mark);
  void carry_keys(uint32_t index, Value* retired);
  void zero_elements(uint32_t index, Value* current);

  ModuleBuilder& m_;
  const typed::Probe& probe_;
  size_t index_;
  std::string section_;
  llvm::Function* function_ = nullptr; ///< the one that is being filled
  Part part_ = Part::program;
  Value* context_ = nullptr;
  BasicBlock* exit_ = nullptr;   ///< returns
  Value* probe_index_ = nullptr; ///< which of the instances this is, where there are several
  Value* task_ = nullptr; ///< the current task, where the prologue has looked at it, and what is known of it
  probes::TaskFields task_fields_;
  BasicBlock* scratch_look_up_ = nullptr;
  Value* scratch_ = nullptr; ///< the program's memory on this CPU
  /// Programs with loops or calls: what all their functions need lies on the stack of the first, and each
  /// gets a pointer to it. Words: the context, scratch memory. Null in all other programs.
  Value* frame_ = nullptr;
  bool has_functions_ = false;
  uint32_t probe_index_at_ = 0; ///< where other functions find it
  BasicBlock *on_break_ = nullptr, *on_continue_ = nullptr;
  std::map<typed::FunctionId, Subprogram> functions_;
  const Subprogram* subprogram_ = nullptr; ///< the `fn` that is being filled
  uint32_t scratch_map_ = 0;
  uint32_t scratch_used_ = 0, scratch_size_ = 0;
  uint32_t stack_used_ = 0; ///< slots of stack_ in use
  std::vector<llvm::AllocaInst*> stack_;
  uint32_t stack_bytes_ = 0;
  std::vector<Value*> variables_;         ///< in programs of one function
  std::vector<uint32_t> variable_places_; ///< in all others
  const std::vector<Type>* variable_types_ = nullptr;
};

} // namespace trc::codegen
