// Integers in three ways: random expressions over all integer types are evaluated by trc's constant folder
// (all their values written as constants), by the program that trc compiles (the same values in variables and
// maps) on the running kernel, and by a reference evaluation of our own. See reference.h for the rules.
//
//     differential --trc BINARY --kernel DIR [--seed N] [--count N]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "expression.h"
#include "reference.h"
#include "trc_runner.h"

namespace differential {
namespace {

constexpr size_t kBatch = 2000;       // expressions that share the values of their leaves
constexpr size_t kRefusalBatch = 200; // errors that one script may have
constexpr size_t kMostReported = 10;

struct Options {
  Program trc;
  uint64_t seed = 20260101;
  size_t count = 20000;
};

/// Of each type a declared variable, a map, and an element of a map.
std::vector<Leaf> random_leaves(Random& random) {
  std::vector<Leaf> leaves;
  for (size_t type = 0; type < kTypes.size(); ++type) {
    const std::string name(kTypes[type].name);
    for (const std::string& leaf : {"$v_" + name, "@m_" + name, "@k_" + name + "[7]"}) {
      uint64_t bits = random_bits(random);
      if (random() % 2 == 0) bits = ~bits;
      leaves.push_back({type, leaf, cut(bits, kTypes[type].bytes, kTypes[type].is_signed)});
    }
  }
  return leaves;
}

class Comparison {
public:
  explicit Comparison(const Options& options) : options_(options), random_(options.seed) {}

  /// False if something differs; that has been printed.
  bool run() {
    while (made_ < options_.count) {
      make_batch(std::min(kBatch, options_.count - made_));
      check_compiled();
      check_folded();
      check_refusals();
    }
    std::printf("%zu expressions: %zu compiled, %zu folded, %zu refused; seed %lu, %zu differences\n", made_,
                compiled_, folded_, refused_, static_cast<unsigned long>(options_.seed), differences_);
    return differences_ == 0;
  }

private:
  struct Case {
    NodePtr node;
    Result run, folded;
    std::string value; // that the compiled program gave
  };

  void make_batch(size_t count) {
    leaves_ = random_leaves(random_);
    cases_.clear();
    while (cases_.size() < count) {
      Case next{random_expression(random_, leaves_.size()), {}, {}, ""};
      next.run = evaluate(*next.node, leaves_, Form::names);
      next.folded = evaluate(*next.node, leaves_, Form::constants);
      // A part of literals alone that can't be folded: that is seen with what is folded as a whole.
      if (next.run.refusal != Refusal::none) continue;
      cases_.push_back(std::move(next));
    }
    made_ += count;
  }

  std::string text_of(const Case& c, Form form) const { return text(*c.node, leaves_, form); }

  void report(const Case& c, Form form, const std::string& expected, const std::string& actual) {
    if (++differences_ > kMostReported) return;
    std::printf("DIFFERENCE (seed %lu)\n  expression  %s\n  constants   %s\n  %s gave %s\n  expected    %s\n",
                static_cast<unsigned long>(options_.seed), text_of(c, Form::names).c_str(),
                text_of(c, Form::constants).c_str(), form == Form::names ? "the program" : "the folder ",
                actual.c_str(), expected.c_str());
  }

  void fail(const std::string& what, const std::string& error) {
    ++differences_;
    std::printf("%s (seed %lu): %s\n", what.c_str(), static_cast<unsigned long>(options_.seed),
                error.c_str());
  }

  void check_compiled() {
    std::vector<std::string> expressions;
    for (const Case& c : cases_)
      expressions.push_back(text_of(c, Form::names));
    std::string error;
    auto values = differential::run(options_.trc, leaves_, expressions, error);
    if (!values) return fail("compiled expressions", error);
    for (size_t i = 0; i < cases_.size(); ++i) {
      cases_[i].value = (*values)[i];
      if (shown(cases_[i].run) != cases_[i].value)
        report(cases_[i], Form::names, shown(cases_[i].run), (*values)[i]);
    }
    compiled_ += cases_.size();
  }

  void check_folded() {
    std::vector<const Case*> good;
    std::vector<std::string> expressions;
    for (const Case& c : cases_) {
      if (c.folded.refusal != Refusal::none) continue;
      good.push_back(&c);
      expressions.push_back(text_of(c, Form::constants));
    }
    std::string error;
    auto values = differential::run(options_.trc, {}, expressions, error);
    if (!values) return fail("folded expressions", error);
    for (size_t i = 0; i < good.size(); ++i) {
      const std::string& value = (*values)[i];
      if (shown(good[i]->folded) != value) report(*good[i], Form::constants, shown(good[i]->folded), value);
      // Where nothing wraps, both are to say the same; this does not trust the reference.
      if (good[i]->run.is_exact && value != good[i]->value)
        report(*good[i], Form::constants, good[i]->value + " as the program has it", value);
    }
    folded_ += good.size();
  }

  void check_refusals() {
    std::vector<const Case*> bad;
    for (const Case& c : cases_)
      if (c.folded.refusal != Refusal::none) bad.push_back(&c);
    for (size_t at = 0; at < bad.size(); at += kRefusalBatch) {
      const size_t end = std::min(at + kRefusalBatch, bad.size());
      std::vector<std::string> expressions;
      for (size_t i = at; i < end; ++i)
        expressions.push_back(text_of(*bad[i], Form::constants));
      const auto seen = differential::refused(options_.trc, expressions);
      for (size_t i = at; i < end; ++i)
        if (!seen.contains(i - at)) report(*bad[i], Form::constants, "an error", "none");
    }
    refused_ += bad.size();
  }

  Options options_;
  Random random_;
  std::vector<Leaf> leaves_;
  std::vector<Case> cases_;
  size_t made_ = 0, compiled_ = 0, folded_ = 0, refused_ = 0, differences_ = 0;
};

} // namespace
} // namespace differential

int main(int argc, char** argv) {
  differential::Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--trc") == 0) options.trc.path = argv[i + 1];
    if (std::strcmp(argv[i], "--kernel") == 0) options.trc.kernel = argv[i + 1];
    if (std::strcmp(argv[i], "--seed") == 0) options.seed = std::strtoull(argv[i + 1], nullptr, 10);
    if (std::strcmp(argv[i], "--count") == 0) options.count = std::strtoull(argv[i + 1], nullptr, 10);
  }
  if (options.trc.path.empty() || options.trc.kernel.empty()) {
    std::fprintf(stderr, "usage: differential --trc BINARY --kernel DIR [--seed N] [--count N]\n");
    return 2;
  }
  return differential::Comparison(options).run() ? 0 : 1;
}
