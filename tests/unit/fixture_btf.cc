// Makes the BTF of the fixture kernel with libbpf, the reference for the format that kernel/btf.cc reads.
#include "fixture_btf.h"

#include <bpf/btf.h>
#include <initializer_list>
#include <memory>

namespace trc::test {
namespace {

struct Field {
  const char* name;
  int type;
  unsigned bits;      // offset
  unsigned width = 0; // of a bit field
};

class Maker {
public:
  Maker() : btf_(btf__new_empty(), btf__free) {}

  btf* raw() { return btf_.get(); }
  int integer(const char* name, int bytes, bool is_signed) {
    return btf__add_int(raw(), name, bytes, is_signed ? BTF_INT_SIGNED : 0);
  }
  int pointer(int to) { return btf__add_ptr(raw(), to); }
  int aggregate(bool is_union, const char* name, int bytes, std::initializer_list<Field> fields) {
    int id = is_union ? btf__add_union(raw(), name, bytes) : btf__add_struct(raw(), name, bytes);
    for (const Field& f : fields)
      btf__add_field(raw(), f.name, f.type, f.bits, f.width);
    return id;
  }
  int prototype(int result, std::initializer_list<Field> parameters) {
    int id = btf__add_func_proto(raw(), result);
    for (const Field& p : parameters)
      btf__add_func_param(raw(), p.name, p.type);
    return id;
  }
  int function(const char* name, int result, std::initializer_list<Field> parameters) {
    return btf__add_func(raw(), name, BTF_FUNC_STATIC, prototype(result, parameters));
  }
  /// typedef void (*btf_trace_NAME)(void *, …)
  int tracepoint(const char* name, std::initializer_list<Field> parameters) {
    return btf__add_typedef(raw(), (std::string("btf_trace_") + name).c_str(),
                            pointer(prototype(0, parameters)));
  }

private:
  std::unique_ptr<btf, void (*)(btf*)> btf_;
};

/// Types that the tracepoints below use.
struct Types {
  int int_, unsigned_, long_, unsigned_long, char_, bool_, wide, void_pointer, task_pointer,
      registers_pointer;
};

int add_registers(Maker& make, int unsigned_long) {
  int id = btf__add_struct(make.raw(), "pt_regs", 168);
  unsigned bits = 0;
  for (const char* name : {"r15", "r14", "r13", "r12", "bp",      "bx", "r11", "r10",   "r9", "r8", "ax",
                           "cx",  "dx",  "si",  "di",  "orig_ax", "ip", "cs",  "flags", "sp", "ss"}) {
    btf__add_field(make.raw(), name, unsigned_long, bits, 0);
    bits += 64;
  }
  return id;
}

/// struct task_struct with thread_info first, an anonymous union in an anonymous struct, and a bit field.
int add_task(Maker& make, const Types& t) {
  int thread_info = make.aggregate(false, "thread_info", 24,
                                   {{"flags", t.unsigned_long, 0},
                                    {"syscall_work", t.unsigned_long, 64},
                                    {"status", t.unsigned_, 128},
                                    {"cpu", t.unsigned_, 160}});
  int comm = btf__add_array(make.raw(), t.int_, t.char_, 16);
  int inner = make.aggregate(true, nullptr, 8,
                             {{"as_number", t.unsigned_long, 0}, {"as_pointer", t.void_pointer, 0}});
  int outer = make.aggregate(false, nullptr, 16, {{"before", t.unsigned_long, 0}, {nullptr, inner, 64}});
  int qualified = btf__add_const(make.raw(), btf__add_volatile(make.raw(), thread_info));
  return make.aggregate(false, "task_struct", 96,
                        {{"thread_info", qualified, 0},
                         {"__state", t.unsigned_, 192},
                         {nullptr, outer, 256},
                         {"comm", comm, 384},
                         {"flag", t.unsigned_, 512, 1},
                         {"pid", t.int_, 544}});
}

/// For each way in which a kernel can tell the arguments of a raw tracepoint, one that has only that way.
void add_tracepoints(Maker& make, const Types& t) {
  const Field data = {"__data", t.void_pointer, 0};
  const Field nameless = {nullptr, t.void_pointer, 0};
  const int pid =
      btf__add_typedef(make.raw(), "pid_t", btf__add_typedef(make.raw(), "__kernel_pid_t", t.int_));
  const int text = make.pointer(btf__add_const(make.raw(), t.char_));
  const int request = btf__add_fwd(make.raw(), "request", BTF_FWD_STRUCT);
  const int enumeration = btf__add_enum(make.raw(), "sort", 4);
  btf__add_enum_value(make.raw(), "SORT_A", 0);
  const int small = make.aggregate(true, "small", 4, {{"state", t.unsigned_, 0}});
  const int tagged = make.pointer(btf__add_type_tag(make.raw(), "rcu", btf__add_const(make.raw(), request)));

  make.tracepoint("sys_enter", {nameless, {nullptr, t.registers_pointer, 0}, {nullptr, t.long_, 0}});
  make.function("__traceiter_sys_enter", t.int_,
                {data, {"regs", t.registers_pointer, 0}, {"id", t.long_, 0}});
  make.tracepoint("sys_exit", {nameless, {nullptr, t.registers_pointer, 0}, {nullptr, t.long_, 0}});
  make.function("__traceiter_sys_exit", t.int_,
                {data, {"regs", t.registers_pointer, 0}, {"ret", t.long_, 0}});
  make.tracepoint("sched_switch", {nameless,
                                   {nullptr, t.bool_, 0},
                                   {nullptr, t.task_pointer, 0},
                                   {nullptr, t.task_pointer, 0},
                                   {nullptr, t.unsigned_, 0}});
  make.function("__traceiter_sched_switch", t.int_,
                {data,
                 {"preempt", t.bool_, 0},
                 {"prev", t.task_pointer, 0},
                 {"next", t.task_pointer, 0},
                 {"prev_state", t.unsigned_, 0}});
  make.tracepoint("sched_process_exec",
                  {nameless, {nullptr, t.task_pointer, 0}, {nullptr, pid, 0}, {nullptr, text, 0}});
  make.function("__probestub_sched_process_exec", 0,
                {data, {"p", t.task_pointer, 0}, {"old_pid", pid, 0}, {"filename", text, 0}});
  make.tracepoint("sched_wakeup", {nameless, {nullptr, t.task_pointer, 0}});
  make.function("__bpf_trace_sched_wakeup", 0, {data, {"p", t.task_pointer, 0}});
  // Only the typedef: no names.
  make.tracepoint("block_rq_issue", {nameless, {nullptr, tagged, 0}, {nullptr, enumeration, 0}});
  make.tracepoint("shapes",
                  {nameless, {nullptr, small, 0}, {nullptr, t.wide, 0}, {nullptr, t.unsigned_long, 0}});
}

} // namespace

std::string make_fixture_btf() {
  Maker make;
  Types t = {};
  t.int_ = make.integer("int", 4, true);
  t.unsigned_ = make.integer("unsigned int", 4, false);
  t.long_ = make.integer("long", 8, true);
  t.unsigned_long = make.integer("unsigned long", 8, false);
  t.char_ = make.integer("char", 1, true);
  t.bool_ = btf__add_int(make.raw(), "_Bool", 1, BTF_INT_BOOL);
  t.wide = make.integer("__int128", 16, true);
  t.void_pointer = make.pointer(0);
  t.registers_pointer = make.pointer(add_registers(make, t.unsigned_long));
  t.task_pointer = make.pointer(add_task(make, t));
  add_tracepoints(make, t);
  uint32_t size = 0;
  const void* bytes = btf__raw_data(make.raw(), &size);
  return {static_cast<const char*>(bytes), size};
}

} // namespace trc::test
