#include "semantic/frame_depth.h"

#include <optional>

#include "semantic/limits.h"
#include "semantic/typed_walk.h"

namespace trc {
namespace {

class FrameDepth {
public:
  explicit FrameDepth(const typed::Program& program)
      : functions_(program.functions), frames_(program.functions.size()) {}

  /// The first place in a block or expression where more than `left` frames are needed.
  template<class Part> std::optional<Span> too_deep(const Part& part, uint32_t left) {
    std::optional<Span> where;
    // What stands in a loop is looked at again as a part of the whole. That is no harm: it is less deep
    // there.
    typed::any_of(part, [&](const auto& node) {
      where = needs_more(node, left);
      return where.has_value();
    });
    return where;
  }

private:
  std::optional<Span> needs_more(const typed::Expression& e, uint32_t left) {
    // What these do to each key, or to the bytes of a string, is a function, too.
    auto* action = std::get_if<typed::Call>(&e.node);
    const bool visits = action && (action->id == BuiltinId::clear || action->id == BuiltinId::zero ||
                                   action->id == BuiltinId::len || action->id == BuiltinId::glob ||
                                   action->id == BuiltinId::strstr);
    if (visits && left == 0) return e.span;
    auto* call = std::get_if<typed::FunctionCall>(&e.node);
    return call && frames_of(call->function) > left ? std::optional(e.span) : std::nullopt;
  }

  std::optional<Span> needs_more(const typed::Statement& s, uint32_t left) {
    auto round = [&](const auto& loop) -> std::optional<Span> {
      return left == 0 ? std::optional(s.span) : too_deep(loop.body, left - 1);
    };
    if (auto* loop = std::get_if<typed::ForRange>(&s.node)) return round(*loop);
    if (auto* loop = std::get_if<typed::ForMap>(&s.node)) return round(*loop);
    auto* loop = std::get_if<typed::While>(&s.node);
    if (!loop) return {};
    auto where = round(*loop);
    return where ? where : too_deep(*loop->condition, left - 1);
  }

  /// One of its own and those that its body needs; one more than there are if that is too much.
  uint32_t frames_of(typed::FunctionId id) {
    uint32_t& frames = frames_[id];
    if (frames == 0) {
      uint32_t inner = 0;
      while (inner < kMostNested && too_deep(functions_[id].body, inner))
        ++inner;
      frames = 1 + inner;
    }
    return frames;
  }

  const std::vector<typed::Function>& functions_;
  std::vector<uint32_t> frames_; ///< by function; 0: not known yet
};

} // namespace

void check_frame_depth(const typed::Program& program, Diagnostics& diagnostics) {
  FrameDepth depth(program);
  for (const typed::Probe& probe : program.probes)
    if (auto where = depth.too_deep(probe.body, kMostNested))
      diagnostics.report(DiagnosticId::frames_too_deep, *where, std::to_string(kMostNested));
}

} // namespace trc
