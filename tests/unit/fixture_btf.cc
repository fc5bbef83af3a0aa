// Makes the BTF of the fixture kernel with libbpf, the reference for the format that kernel/btf.cc reads.
#include "fixture_btf.h"

#include <bpf/btf.h>
#include <initializer_list>
#include <memory>
#include <string>

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
  /// `base`: what split BTF continues.
  explicit Maker(Maker* base = nullptr)
      : btf_(base ? btf__new_empty_split(base->raw()) : btf__new_empty(), btf__free) {}

  btf* raw() { return btf_.get(); }
  int integer(const char* name, int bytes, bool is_signed) {
    return btf__add_int(raw(), name, bytes, is_signed ? BTF_INT_SIGNED : 0);
  }
  /// An integer of which a bit-field takes some bits, as compilers described them before 2019.
  int old_bit_field(const char* name, int bytes, int offset, int bits) {
    int id = integer(name, bytes, false);
    auto* type = const_cast<btf_type*>(btf__type_by_id(raw(), id));
    *reinterpret_cast<uint32_t*>(type + 1) = offset << 16 | bits;
    return id;
  }
  int pointer(int to) { return btf__add_ptr(raw(), to); }
  int tagged_pointer(const char* tag, int to) { return pointer(btf__add_type_tag(raw(), tag, to)); }
  int array(int of, int index, int count) { return btf__add_array(raw(), index, of, count); }
  int type(const char* name, int of) { return btf__add_typedef(raw(), name, of); }
  int forward(const char* name) { return btf__add_fwd(raw(), name, BTF_FWD_STRUCT); }
  struct Value {
    const char* name;
    int64_t value;
  };
  int enumeration(const char* name, int bytes, bool is_signed, std::initializer_list<Value> values) {
    int id = btf__add_enum(raw(), name, bytes);
    for (const Value& v : values)
      btf__add_enum_value(raw(), v.name, v.value);
    // libbpf takes it for signed by its values only.
    auto* type = const_cast<btf_type*>(btf__type_by_id(raw(), id));
    type->info = (type->info & 0x7fffffff) | (is_signed ? 1u << 31 : 0);
    return id;
  }
  std::string bytes() {
    uint32_t size = 0;
    const void* data = btf__raw_data(raw(), &size);
    return {static_cast<const char*>(data), size};
  }
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

/// Types that others are made of.
struct Types {
  int int_, unsigned_, long_, unsigned_long, short_, byte, char_, bool_, wide, void_pointer, task_pointer,
      registers, registers_pointer, u64_, sort, list_head;
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

/// struct file and what hangs on it, in the kernel's words, with a few members of each.
int add_file(Maker& make, const Types& t) {
  const int type = make.aggregate(
      false, "file_system_type", 16,
      {{"name", make.pointer(btf__add_const(make.raw(), t.char_)), 0}, {"fs_flags", t.int_, 64}});
  const int super = make.aggregate(false, "super_block", 48,
                                   {{"s_dev", make.type("dev_t", t.unsigned_), 0},
                                    {"s_type", make.pointer(type), 64},
                                    {"s_id", make.array(t.char_, t.int_, 32), 128}});
  const int inode = make.aggregate(false, "inode", 24,
                                   {{"i_mode", make.type("umode_t", t.short_), 0},
                                    {"i_ino", t.unsigned_long, 64},
                                    {"i_sb", make.pointer(super), 128}});
  // struct qstr { union { struct { u32 hash, len; }; u64 hash_len; }; const unsigned char *name; };
  const int pair = make.aggregate(false, nullptr, 8, {{"hash", t.unsigned_, 0}, {"len", t.unsigned_, 32}});
  const int either = make.aggregate(true, nullptr, 8, {{nullptr, pair, 0}, {"hash_len", t.u64_, 0}});
  const int name = make.pointer(btf__add_const(make.raw(), t.byte));
  const int qstr = make.aggregate(false, "qstr", 16, {{nullptr, either, 0}, {"name", name, 64}});
  const int dentry = btf__add_struct(make.raw(), "dentry", 72);
  btf__add_field(make.raw(), "d_parent", dentry + 1, 0, 0);
  btf__add_field(make.raw(), "d_name", qstr, 64, 0);
  btf__add_field(make.raw(), "d_inode", dentry + 2, 192, 0);
  btf__add_field(make.raw(), "d_iname", dentry + 3, 256, 0);
  make.pointer(dentry);
  make.pointer(inode);
  make.array(t.byte, t.int_, 40);
  const int path = make.aggregate(
      false, "path", 16, {{"mnt", make.pointer(make.forward("vfsmount")), 0}, {"dentry", dentry + 1, 64}});
  return make.aggregate(
      false, "file", 32,
      {{"f_mode", t.unsigned_, 0}, {"f_path", path, 64}, {"f_inode", make.pointer(inode), 192}});
}

/// struct mm_struct: all in an anonymous struct, as the kernel has it.
int add_mm(Maker& make, const Types& t) {
  const int file = make.tagged_pointer("rcu", add_file(make, t));
  const int inner = make.aggregate(
      false, nullptr, 40,
      {{"task_size", t.unsigned_long, 0},
       {"mm_users", make.type("atomic_t", make.aggregate(false, nullptr, 4, {{"counter", t.int_, 0}})), 64},
       {"total_vm", t.unsigned_long, 128},
       {"arg_start", t.unsigned_long, 192},
       {"exe_file", file, 256}});
  const int flexible = make.array(t.unsigned_long, t.int_, 0);
  return make.aggregate(false, "mm_struct", 40, {{nullptr, inner, 0}, {"cpu_bitmap", flexible, 320}});
}

/// struct task_struct with thread_info first, an anonymous union in an anonymous struct, bit-fields, and
/// pointers of all sorts.
int add_task(Maker& make, const Types& t) {
  btf* raw = make.raw();
  const int thread_info = make.aggregate(false, "thread_info", 24,
                                         {{"flags", t.unsigned_long, 0},
                                          {"syscall_work", t.unsigned_long, 64},
                                          {"status", t.unsigned_, 128},
                                          {"cpu", t.unsigned_, 160}});
  const int comm = make.array(t.char_, t.int_, 16);
  const int inner = make.aggregate(true, nullptr, 8,
                                   {{"as_number", t.unsigned_long, 0}, {"as_pointer", t.void_pointer, 0}});
  const int outer =
      make.aggregate(false, nullptr, 16, {{"before", t.unsigned_long, 0}, {nullptr, inner, 64}});
  const int qualified = btf__add_const(raw, btf__add_volatile(raw, thread_info));
  const int mm = make.pointer(add_mm(make, t));
  const int user = make.tagged_pointer("user", t.int_), per_cpu = make.tagged_pointer("percpu", t.int_);
  const int grid = make.array(make.array(t.u64_, t.int_, 3), t.int_, 2);
  const int restart = make.pointer(make.prototype(t.long_, {{"block", t.void_pointer, 0}}));
  const int task = btf__add_struct(raw, "task_struct", 208);
  const int pointer = task + 1, trusted = task + 3, signal = task + 5;
  for (const Field& f : std::initializer_list<Field>{{"thread_info", qualified, 0},
                                                     {"__state", t.unsigned_, 192},
                                                     {nullptr, outer, 256},
                                                     {"comm", comm, 384},
                                                     {"flag", t.unsigned_, 512, 1},
                                                     {"in_execve", t.unsigned_, 513, 1},
                                                     {"level", t.unsigned_, 514, 9},
                                                     {"pid", t.int_, 544},
                                                     {"tgid", t.int_, 576},
                                                     {"real_parent", trusted, 640},
                                                     {"mm", mm, 704},
                                                     {"group_leader", pointer, 768},
                                                     {"children", t.list_head, 832},
                                                     {"policy", t.sort, 960},
                                                     {"exit_code", t.int_, 992},
                                                     {"clear_child_tid", user, 1024},
                                                     {"counters", per_cpu, 1088},
                                                     {"restart", restart, 1152},
                                                     {"grid", grid, 1216},
                                                     {"signal", signal, 1600}})
    btf__add_field(raw, f.name, f.type, f.bits, f.width);
  make.pointer(task);
  make.tagged_pointer("rcu", task);
  make.pointer(make.forward("signal_struct"));
  return task;
}

/// Structures and enumerations that show a shape each.
void add_shapes(Maker& make, const Types& t) {
  make.aggregate(false, "bits", 24,
                 {{"low", t.unsigned_, 0, 3},
                  {"negative", t.int_, 3, 5},
                  {"across", t.unsigned_, 8, 24},
                  {"sort", t.sort, 32, 2},
                  {"yes", t.bool_, 34, 1},
                  {"wide", t.u64_, 67, 61},
                  {"whole", t.unsigned_, 128}});
  make.aggregate(false, "old_bits", 4,
                 {{"a", make.old_bit_field("unsigned int", 4, 0, 3), 0},
                  {"b", make.old_bit_field("unsigned int", 4, 3, 13), 0},
                  {"c", make.old_bit_field("unsigned int", 4, 0, 16), 16}});
  make.aggregate(false, "packed", 7, {{"a", t.byte, 0}, {"b", t.unsigned_, 8}, {"c", t.short_, 40}});
  make.aggregate(false, "odd", 48,
                 {{"real", btf__add_float(make.raw(), "double", 8), 0},
                  {"wide", t.wide, 128},
                  {"names", make.array(make.array(t.char_, t.int_, 4), t.int_, 2), 256},
                  {"nothing", make.array(t.char_, t.int_, 0), 320}});
  make.enumeration("colour", 4, true, {{"COLOUR_NONE", -1}, {"COLOUR_RED", 0}, {"COLOUR_BLUE", 7}});
  make.enumeration("tiny", 1, false, {{"TINY_A", 1}, {"TINY_MOST", 255}});
  make.enumeration(nullptr, 4, false, {{"TCP_ESTABLISHED", 1}, {"TCP_SYN_SENT", 2}, {"TCP_LISTEN", 10}});
  btf__add_enum64(make.raw(), "huge", 8, false);
  btf__add_enum64_value(make.raw(), "HUGE_A", 1);
  btf__add_enum64_value(make.raw(), "HUGE_TOP", 0x8000000000000001);
  btf__add_enum(make.raw(), "declared_only", 4);
  // Two source files of the kernel have each their own `struct console`.
  make.aggregate(false, "console", 4, {{"index", t.int_, 0}});
  const int second = make.aggregate(false, "console", 8, {{"other", t.u64_, 0}});
  make.aggregate(false, "consoles", 8, {{"second", make.pointer(second), 0}});
}

/// For each way in which a kernel can tell the arguments of a raw tracepoint, one that has only that way.
void add_tracepoints(Maker& make, const Types& t) {
  const Field data = {"__data", t.void_pointer, 0};
  const Field nameless = {nullptr, t.void_pointer, 0};
  const int pid =
      btf__add_typedef(make.raw(), "pid_t", btf__add_typedef(make.raw(), "__kernel_pid_t", t.int_));
  const int text = make.pointer(btf__add_const(make.raw(), t.char_));
  const int request = btf__add_fwd(make.raw(), "request", BTF_FWD_STRUCT);
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
  make.tracepoint("block_rq_issue", {nameless, {nullptr, tagged, 0}, {nullptr, t.sort, 0}});
  make.tracepoint("shapes",
                  {nameless, {nullptr, small, 0}, {nullptr, t.wide, 0}, {nullptr, t.unsigned_long, 0}});
  // What the verifier lets programs load, and what it does not.
  const int work = make.prototype(t.int_, {{"x", t.int_, 0}});
  make.tracepoint("pointers", {nameless});
  make.function("__traceiter_pointers", t.int_,
                {data,
                 {"numbers", make.pointer(t.int_), 0},
                 {"function", make.pointer(work), 0},
                 {"texts", make.pointer(text), 0},
                 {"request", make.pointer(request), 0},
                 {"file", make.pointer(btf__find_by_name(make.raw(), "file")), 0},
                 {"anything", t.void_pointer, 0}});
}

/// What programs on perf events and iterators are handed.
void add_contexts(Maker& make, const Types& t) {
  make.aggregate(false, "bpf_perf_event_data", 184,
                 {{"regs", make.type("bpf_user_pt_regs_t", t.registers), 0},
                  {"sample_period", make.type("__u64", t.u64_), 168 * 8},
                  {"addr", t.u64_, 176 * 8}});
  const int file = make.pointer(btf__find_by_name(make.raw(), "file"));
  const int meta = make.aggregate(false, "bpf_iter_meta", 24,
                                  {{"seq", make.pointer(make.forward("seq_file")), 0},
                                   {"session_id", t.u64_, 64},
                                   {"seq_num", t.u64_, 128}});
  // The kernel wraps each pointer in a union, to give it 8 bytes everywhere.
  auto wrapped = [&](const char* name, int pointer) {
    return make.aggregate(true, nullptr, 8, {{name, pointer, 0}});
  };
  const int meta_pointer = make.pointer(meta);
  make.aggregate(
      false, "bpf_iter__task", 16,
      {{nullptr, wrapped("meta", meta_pointer), 0}, {nullptr, wrapped("task", t.task_pointer), 64}});
  make.aggregate(false, "bpf_iter__task_file", 32,
                 {{nullptr, wrapped("meta", meta_pointer), 0},
                  {nullptr, wrapped("task", t.task_pointer), 64},
                  {"fd", t.unsigned_, 128},
                  {nullptr, wrapped("file", file), 192}});
  make.function("bpf_iter_task", t.int_, {{"meta", meta_pointer, 0}, {"task", t.task_pointer, 0}});
  make.function(
      "bpf_iter_task_file", t.int_,
      {{"meta", meta_pointer, 0}, {"task", t.task_pointer, 0}, {"fd", t.unsigned_, 0}, {"file", file, 0}});
  // Not an iterator, but a function of those that programs run themselves.
  make.function("bpf_iter_num_new", t.int_, {{"it", t.void_pointer, 0}});
}

} // namespace

namespace {

void fill_fixture(Maker& make) {
  Types t = {};
  t.int_ = make.integer("int", 4, true);
  t.unsigned_ = make.integer("unsigned int", 4, false);
  t.long_ = make.integer("long", 8, true);
  t.unsigned_long = make.integer("unsigned long", 8, false);
  t.short_ = make.integer("unsigned short", 2, false);
  t.byte = make.integer("unsigned char", 1, false);
  // As Linux has it since 6.2: chars are unsigned.
  t.char_ = make.integer("char", 1, false);
  t.bool_ = btf__add_int(make.raw(), "_Bool", 1, BTF_INT_BOOL);
  t.wide = make.integer("__int128", 16, true);
  t.u64_ = make.type("u64", make.type("__u64", make.integer("unsigned long long", 8, false)));
  t.sort = make.enumeration("sort", 4, false, {{"SORT_A", 0}, {"SORT_B", 1}});
  t.list_head = btf__add_struct(make.raw(), "list_head", 16);
  btf__add_field(make.raw(), "next", t.list_head + 1, 0, 0);
  btf__add_field(make.raw(), "prev", t.list_head + 1, 64, 0);
  make.pointer(t.list_head);
  t.void_pointer = make.pointer(0);
  t.registers = add_registers(make, t.unsigned_long);
  t.registers_pointer = make.pointer(t.registers);
  t.task_pointer = make.pointer(add_task(make, t));
  add_tracepoints(make, t);
  add_shapes(make, t);
  const int file = make.pointer(btf__find_by_name(make.raw(), "file"));
  make.function("vfs_read", t.long_,
                {{"file", file, 0},
                 {"buf", make.tagged_pointer("user", t.char_), 0},
                 {"count", t.unsigned_long, 0},
                 {"pos", make.pointer(t.long_), 0}});
  make.function("fput", 0, {{"file", file, 0}});
  add_contexts(make, t);
}

} // namespace

std::string make_fixture_btf() {
  Maker make;
  fill_fixture(make);
  return make.bytes();
}

std::string make_fixture_module_btf() {
  Maker base;
  fill_fixture(base);
  Maker make(&base);
  auto known = [&](const char* name) { return btf__find_by_name(base.raw(), name); };
  const int either =
      make.aggregate(true, nullptr, 8, {{"number", known("u64"), 0}, {"address", known("long"), 0}});
  const int mode = make.enumeration("fixture_mode", 4, false, {{"FIXTURE_OFF", 0}, {"FIXTURE_ON", 1}});
  make.aggregate(false, "fixture_state", 24,
                 {{"owner", make.pointer(known("task_struct")), 0},
                  {"mode", mode, 64},
                  {"pid", known("int"), 96},
                  {nullptr, either, 128}});
  make.type("fixture_id_t", known("unsigned int"));
  // A name that the kernel has, too.
  const int own = make.aggregate(false, "file", 4, {{"own", known("int"), 0}});
  make.aggregate(false, "fixture_file", 8, {{"file", make.pointer(own), 0}});
  return make.bytes();
}

} // namespace trc::test
