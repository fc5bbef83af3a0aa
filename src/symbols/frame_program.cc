// See frame_program.h.
#include "symbols/frame_program.h"

#include <algorithm>
#include <dwarf.h>
#include <initializer_list>
#include <optional>

namespace trc::symbols {
namespace {

using Kind = UnwindRule::Kind;

constexpr uint64_t kRbp = 6, kRsp = 7;
constexpr int64_t kWord = 8;

/// How a register of the caller is found.
struct Saved {
  enum class Where : uint8_t { same, at, at_rbp, nowhere } where = Where::same;
  int64_t offset = 0; ///< at: from the CFA; nowhere: not 0 if it is somewhere that is not known here

  bool operator==(const Saved&) const = default;
};

struct State {
  enum class Cfa : uint8_t { of_register, behind_rbp, behind_rsp, signal, plt, unknown } cfa = Cfa::unknown;
  uint64_t base = kRsp; ///< of_register
  int64_t offset = 0;   ///< from there; behind_…: of the place; plt: where in an entry the push is done
  Saved rbp, return_address;
};

uint16_t words(int64_t bytes) { return static_cast<uint16_t>(bytes / kWord); }

bool is_distance(int64_t bytes, int64_t most) {
  return bytes > 0 && bytes % kWord == 0 && bytes / kWord <= most;
}

uint16_t rbp_of(const State& state) {
  if (state.rbp.where == Saved::Where::same) return UnwindRule::kSame;
  if (state.rbp.where == Saved::Where::at && is_distance(-state.rbp.offset, UnwindRule::kLost - 1))
    return words(-state.rbp.offset);
  return UnwindRule::kLost;
}

UnwindRule rule_of(const State& state) {
  constexpr UnwindRule kUnsupported = {.kind = Kind::unsupported};
  if (state.cfa == State::Cfa::signal) return {.kind = Kind::signal};
  if (state.return_address == Saved{Saved::Where::nowhere}) return {.kind = Kind::end};
  if (state.return_address != Saved{Saved::Where::at, -kWord}) return kUnsupported;
  if (state.cfa == State::Cfa::behind_rbp) {
    if (!is_distance(-state.offset, UINT16_MAX) || state.rbp.where != Saved::Where::at_rbp)
      return kUnsupported;
    return {.kind = Kind::behind_rbp, .distance = words(-state.offset)};
  }
  if (state.cfa == State::Cfa::behind_rsp)
    return {.kind = Kind::behind_rsp, .distance = words(state.offset), .rbp = rbp_of(state)};
  if (state.cfa != State::Cfa::of_register || !is_distance(state.offset, UINT16_MAX)) return kUnsupported;
  if (state.base != kRsp && state.base != kRbp) return kUnsupported;
  return {.kind = state.base == kRsp ? Kind::from_rsp : Kind::from_rbp,
          .distance = words(state.offset),
          .rbp = rbp_of(state)};
}

/// `rbp + N` or `rsp + N` at the front of an expression.
std::optional<int64_t> register_offset(FrameReader& expression, uint64_t number) {
  FrameReader ahead = expression;
  if (ahead.byte() != DW_OP_breg0 + number) return {};
  const int64_t offset = ahead.sleb();
  if (!ahead.is_good()) return {};
  expression = ahead;
  return offset;
}

/// Whether nothing but these bytes is left of an expression.
bool is_rest(const FrameReader& expression, std::initializer_list<int> expected) {
  return std::ranges::equal(expression.rest(), expected, {}, [](std::byte byte) { return int(byte); });
}

/// The few expressions that compilers and linkers give for a CFA.
void take_cfa_expression(FrameReader expression, State& state) {
  constexpr int64_t kSavedRsp = 160; // in a struct ucontext
  state.cfa = State::Cfa::unknown;
  if (const auto from_rbp = register_offset(expression, kRbp)) {
    if (!is_rest(expression, {DW_OP_deref})) return;
    state.cfa = State::Cfa::behind_rbp;
    state.offset = *from_rbp;
    return;
  }
  const auto from_rsp = register_offset(expression, kRsp);
  if (from_rsp == kSavedRsp && is_rest(expression, {DW_OP_deref})) state.cfa = State::Cfa::signal;
  if (from_rsp && (*from_rsp == 0 || is_distance(*from_rsp, UINT16_MAX)) &&
      is_rest(expression, {DW_OP_deref, DW_OP_plus_uconst, kWord})) {
    state.cfa = State::Cfa::behind_rsp;
    state.offset = *from_rsp;
  }
  if (from_rsp != kWord) return;
  // A procedure linkage table: rsp + 8 + ((rip & 15) >= LIMIT) * 8
  for (int limit = 1; limit <= 15; ++limit)
    if (is_rest(expression, {DW_OP_breg16, 0, DW_OP_lit15, DW_OP_and, DW_OP_lit0 + limit, DW_OP_ge,
                             DW_OP_lit3, DW_OP_shl, DW_OP_plus})) {
      state.cfa = State::Cfa::plt;
      state.offset = limit;
    }
}

class Machine {
public:
  Machine(const FrameCommon& common, uint64_t header, FrameDescriptions::Stretch& stretch,
          std::vector<FrameDescriptions::Row>& rows)
      : common_(common), header_(header), stretch_(stretch), rows_(rows), address_(stretch.start) {}

  void run(FrameReader instructions) {
    execute(common_.instructions);
    initial_ = state_;
    execute(instructions);
    go_to(stretch_.end);
  }

private:
  void execute(FrameReader instructions);
  void execute_one(FrameReader& in, uint8_t code);
  void set_register(uint64_t number, Saved saved);
  void restore(uint64_t number);
  void go_to(uint64_t address);
  void add(uint64_t address, const UnwindRule& rule);

  const FrameCommon& common_;
  uint64_t header_;
  FrameDescriptions::Stretch& stretch_;
  std::vector<FrameDescriptions::Row>& rows_;
  uint64_t address_;
  State state_, initial_;
  std::vector<State> remembered_;
};

void Machine::add(uint64_t address, const UnwindRule& rule) {
  if (stretch_.count > 0 && rows_.back().rule == rule) return;
  rows_.push_back({address, rule});
  ++stretch_.count;
}

/// What has been said holds up to there.
void Machine::go_to(uint64_t address) {
  address = std::min(address, stretch_.end);
  if (address <= address_) return;
  if (state_.cfa == State::Cfa::plt && state_.return_address == Saved{Saved::Where::at, -kWord}) {
    constexpr uint64_t kEntry = 16;
    const uint16_t rbp = rbp_of(state_);
    for (uint64_t at = address_; at < address; at = at / kEntry * kEntry + kEntry) {
      const uint64_t pushed = at / kEntry * kEntry + static_cast<uint64_t>(state_.offset);
      if (at < pushed) add(at, {.kind = Kind::from_rsp, .distance = 1, .rbp = rbp});
      if (pushed < address) add(std::max(at, pushed), {.kind = Kind::from_rsp, .distance = 2, .rbp = rbp});
    }
  } else {
    add(address_, rule_of(state_));
  }
  address_ = address;
}

void Machine::set_register(uint64_t number, Saved saved) {
  if (number == kRbp) state_.rbp = saved;
  if (number == common_.return_column) state_.return_address = saved;
}

void Machine::restore(uint64_t number) {
  if (number == kRbp) state_.rbp = initial_.rbp;
  if (number == common_.return_column) state_.return_address = initial_.return_address;
}

void Machine::execute(FrameReader in) {
  while (!in.at_end() && in.is_good()) {
    const uint8_t code = in.byte();
    const uint8_t low = code & 0x3f;
    switch (code & 0xc0) {
    case DW_CFA_advance_loc: go_to(address_ + low * common_.code_factor); break;
    case DW_CFA_offset:
      set_register(low, {Saved::Where::at, static_cast<int64_t>(in.uleb()) * common_.data_factor});
      break;
    case DW_CFA_restore: restore(low); break;
    default: execute_one(in, code);
    }
  }
}

void Machine::execute_one(FrameReader& in, uint8_t code) {
  const auto factor = common_.data_factor;
  auto base = [&](uint64_t number) {
    state_.cfa = State::Cfa::of_register;
    state_.base = number;
  };
  switch (code) {
  case DW_CFA_nop: return;
  case DW_CFA_set_loc: return go_to(in.encoded(common_.encoding, header_));
  case DW_CFA_advance_loc1: return go_to(address_ + in.byte() * common_.code_factor);
  case DW_CFA_advance_loc2: return go_to(address_ + in.number<uint16_t>() * common_.code_factor);
  case DW_CFA_advance_loc4: return go_to(address_ + in.number<uint32_t>() * common_.code_factor);
  case DW_CFA_def_cfa: base(in.uleb()), state_.offset = static_cast<int64_t>(in.uleb()); return;
  case DW_CFA_def_cfa_sf: base(in.uleb()), state_.offset = in.sleb() * factor; return;
  case DW_CFA_def_cfa_register: return base(in.uleb());
  case DW_CFA_def_cfa_offset: state_.offset = static_cast<int64_t>(in.uleb()); return;
  case DW_CFA_def_cfa_offset_sf: state_.offset = in.sleb() * factor; return;
  case DW_CFA_def_cfa_expression: return take_cfa_expression(in.part(in.uleb()), state_);
  case DW_CFA_remember_state: remembered_.push_back(state_); return;
  case DW_CFA_restore_state:
    if (remembered_.empty()) return;
    state_ = remembered_.back();
    remembered_.pop_back();
    return;
  case DW_CFA_GNU_args_size: in.uleb(); return;
  default: break;
  }
  const uint64_t number = in.uleb();
  switch (code) {
  case DW_CFA_offset_extended:
    return set_register(number, {Saved::Where::at, static_cast<int64_t>(in.uleb()) * factor});
  case DW_CFA_offset_extended_sf: return set_register(number, {Saved::Where::at, in.sleb() * factor});
  case DW_CFA_GNU_negative_offset_extended:
    return set_register(number, {Saved::Where::at, -static_cast<int64_t>(in.uleb()) * factor});
  case DW_CFA_restore_extended: return restore(number);
  case DW_CFA_same_value: return set_register(number, {});
  case DW_CFA_undefined: return set_register(number, {Saved::Where::nowhere});
  case DW_CFA_register: return in.uleb(), set_register(number, {Saved::Where::nowhere, 1});
  case DW_CFA_val_offset:
  case DW_CFA_val_offset_sf: return in.uleb(), set_register(number, {Saved::Where::nowhere, 1});
  case DW_CFA_val_expression:
  case DW_CFA_expression: {
    FrameReader expression = in.part(in.uleb());
    const bool is_at_rbp =
        code == DW_CFA_expression && register_offset(expression, kRbp) == 0 && expression.at_end();
    return set_register(number, {is_at_rbp ? Saved::Where::at_rbp : Saved::Where::nowhere, 1});
  }
  default: in.skip(in.rest().size() + 1); // not known: neither is how long it is
  }
}

} // namespace

uint64_t FrameReader::uleb() {
  uint64_t value = 0;
  for (unsigned shift = 0;; shift += 7) {
    const uint8_t next = byte();
    if (shift < 64) value |= uint64_t{next & 0x7fu} << shift;
    if ((next & 0x80) == 0) return value;
  }
}

int64_t FrameReader::sleb() {
  uint64_t value = 0;
  for (unsigned shift = 0;;) {
    const uint8_t next = byte();
    if (shift < 64) value |= uint64_t{next & 0x7fu} << shift;
    shift += 7;
    if (next & 0x80) continue;
    if ((next & 0x40) && shift < 64) value |= ~uint64_t{0} << shift;
    return static_cast<int64_t>(value);
  }
}

uint64_t FrameReader::encoded(uint8_t encoding, uint64_t data) {
  const uint64_t here = address_;
  uint64_t value = 0;
  switch (encoding & 0x0f) {
  case DW_EH_PE_absptr:
  case DW_EH_PE_udata8:
  case DW_EH_PE_sdata8: value = number<uint64_t>(); break;
  case DW_EH_PE_uleb128: value = uleb(); break;
  case DW_EH_PE_sleb128: value = static_cast<uint64_t>(sleb()); break;
  case DW_EH_PE_udata2: value = number<uint16_t>(); break;
  case DW_EH_PE_sdata2: value = static_cast<uint64_t>(int64_t{number<int16_t>()}); break;
  case DW_EH_PE_udata4: value = number<uint32_t>(); break;
  case DW_EH_PE_sdata4: value = static_cast<uint64_t>(int64_t{number<int32_t>()}); break;
  default: fail();
  }
  switch (encoding & 0x70) {
  case DW_EH_PE_absptr: return value;
  case DW_EH_PE_pcrel: return value + here;
  case DW_EH_PE_datarel: return value + data;
  default: fail(); return 0;
  }
}

FrameReader FrameReader::part(uint64_t size) {
  if (size > bytes_.size()) fail();
  const FrameReader result(bytes_.first(std::min<uint64_t>(size, bytes_.size())), address_);
  skip(result.rest().size());
  return result;
}

void FrameReader::skip(uint64_t size) {
  if (size > bytes_.size()) return fail();
  bytes_ = bytes_.subspan(size);
  address_ += size;
}

void run_frame_program(const FrameCommon& common, FrameReader instructions, uint64_t header, uint64_t start,
                       uint64_t end, FrameDescriptions& frames) {
  frames.stretches.push_back({.start = start, .end = end, .first = frames.rows.size(), .count = 0});
  Machine(common, header, frames.stretches.back(), frames.rows).run(instructions);
}

} // namespace trc::symbols
