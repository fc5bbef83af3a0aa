// The order of the two rings: what is handled when, with rings made of plain lists; and the ring buffer's
// protocol on memory that looks like the kernel's.
#include "runtime/merge.h"

#include <deque>
#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "runtime/ring.h"

namespace trc::runtime {
namespace {

struct FakeRecord {
  uint64_t position = 0;
  uint64_t events_position = 0; // of a control record
};

/// Each event takes 10 bytes. A record that is not written yet makes the ring busy.
class FakeRing {
public:
  void write(FakeRecord record, bool finished = true) { records_.push_back({record, finished}); }
  void finish() { records_.front().finished = true; }

  const FakeRecord* peek() {
    busy_ = !records_.empty() && !records_.front().finished;
    return records_.empty() || busy_ ? nullptr : &records_.front().record;
  }
  bool busy() const { return busy_; }
  void advance() {
    records_.pop_front();
    position_ += 10;
  }
  uint64_t position() const { return position_; }

private:
  struct Entry {
    FakeRecord record;
    bool finished;
  };
  std::deque<Entry> records_;
  uint64_t position_ = 0;
  bool busy_ = false;
};

struct Rings {
  FakeRing events, control;

  void write_events(int count) {
    for (int i = 0; i < count; ++i, next_ += 10)
      events.write({.position = next_});
  }
  void write_control(uint64_t events_position, bool finished = true) {
    control.write({.events_position = events_position}, finished);
  }
  Turn next() {
    return next_turn(&events, &control, [](const FakeRecord& record) { return record.events_position; });
  }
  /// 'e' and 'c' for what is handled, up to where it stops: '.' nothing left, '?' wait.
  std::string handle_all() {
    std::string order;
    for (;;) {
      Turn turn = next();
      if (turn == Turn::none) return order + ".";
      if (turn == Turn::wait) return order + "?";
      bool is_event = turn == Turn::event;
      order += is_event ? 'e' : 'c';
      (is_event ? events : control).advance();
    }
  }

private:
  uint64_t next_ = 0;
};

TEST(Merge, EmptyRings) { EXPECT_EQ(Rings().handle_all(), "."); }

TEST(Merge, ControlRecordStandsBetweenTheEventsAroundIt) {
  Rings rings;
  rings.write_events(4);
  rings.write_control(20);
  EXPECT_EQ(rings.handle_all(), "eecee.");
}

TEST(Merge, ControlBeforeAllAndAfterAll) {
  Rings rings;
  rings.write_events(2);
  rings.write_control(0);
  rings.write_control(20);
  EXPECT_EQ(rings.handle_all(), "ceec.");
}

TEST(Merge, SeveralAtOnePosition) {
  Rings rings;
  rings.write_events(3);
  rings.write_control(10);
  rings.write_control(10);
  rings.write_control(20);
  EXPECT_EQ(rings.handle_all(), "eccece.");
}

TEST(Merge, ControlWithoutEvents) {
  Rings rings;
  rings.write_control(0);
  rings.write_control(0);
  EXPECT_EQ(rings.handle_all(), "cc.");
}

TEST(Merge, ControlWaitsForAnEventThatIsBeingWritten) {
  Rings rings;
  rings.events.write({.position = 0}, false);
  rings.write_control(10);
  EXPECT_EQ(rings.handle_all(), "?");
  rings.events.finish();
  EXPECT_EQ(rings.handle_all(), "ec.");
}

TEST(Merge, ControlDoesNotWaitForALaterEventThatIsBeingWritten) {
  Rings rings;
  rings.events.write({.position = 0}, false);
  rings.write_control(0);
  EXPECT_EQ(rings.handle_all(), "c.");
}

TEST(Merge, EventWaitsForAControlRecordThatIsBeingWritten) {
  Rings rings;
  rings.write_events(1);
  rings.write_control(0, false);
  EXPECT_EQ(rings.handle_all(), "?");
  rings.control.finish();
  EXPECT_EQ(rings.handle_all(), "ce.");
}

TEST(Merge, OneRingAlone) {
  FakeRing ring;
  ring.write({});
  auto position_of = [](const FakeRecord& record) { return record.events_position; };
  EXPECT_EQ(next_turn<FakeRing>(&ring, nullptr, position_of), Turn::event);
  EXPECT_EQ(next_turn<FakeRing>(nullptr, &ring, position_of), Turn::control);
  EXPECT_EQ(next_turn<FakeRing>(nullptr, nullptr, position_of), Turn::none);
}

/// A file with the layout of a ring buffer map: a page each for the positions of consumer and producer, then
/// the data. The kernel shows the data twice; so each byte is written twice here.
class RingFile {
public:
  RingFile() : fd_(::memfd_create("ring", 0)) {
    EXPECT_EQ(::ftruncate(fd_.get(), static_cast<off_t>(2 * page_ + 2 * kSize)), 0);
    whole_ = Mapping::map(fd_.get(), 2 * page_ + 2 * kSize, PROT_READ | PROT_WRITE);
  }
  int fd() const { return fd_.get(); }
  uint64_t consumed() { return *at<uint64_t>(0); }

  uint64_t reserve(const std::string& text, uint32_t flags) {
    uint64_t position = *at<uint64_t>(page_);
    put(position, std::string(8, '\0') + text);
    set_header(position, static_cast<uint32_t>(text.size()) | flags);
    *at<uint64_t>(page_) = position + (8 + text.size() + 7) / 8 * 8;
    return position;
  }
  void set_header(uint64_t position, uint32_t length) {
    put(position, std::string(reinterpret_cast<const char*>(&length), sizeof length));
  }

  static constexpr uint32_t kSize = 4096;

private:
  template<class T> T* at(size_t offset) { return reinterpret_cast<T*>(whole_.bytes().data() + offset); }
  void put(uint64_t position, const std::string& bytes) {
    for (size_t i = 0; i < bytes.size(); ++i)
      for (size_t copy : {0U, kSize})
        *at<char>(2 * page_ + copy + (position + i) % kSize) = bytes[i];
  }

  size_t page_ = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  Fd fd_;
  Mapping whole_;
};

std::string text_of(const RingRecord* record) {
  if (record == nullptr) return "none";
  return {reinterpret_cast<const char*>(record->bytes.data()), record->bytes.size()};
}

TEST(Ring, RecordsInOrderAndOnce) {
  RingFile file;
  Ring ring = Ring::open(file.fd(), RingFile::kSize).value();
  EXPECT_EQ(ring.peek(), nullptr);
  EXPECT_FALSE(ring.busy());
  file.reserve("first", 0);
  file.reserve("the second", 0);
  EXPECT_EQ(text_of(ring.peek()), "first");
  EXPECT_EQ(text_of(ring.peek()), "first");
  ring.advance();
  EXPECT_EQ(text_of(ring.peek()), "the second");
  EXPECT_EQ(ring.peek()->position, 16U);
  ring.advance();
  EXPECT_EQ(ring.peek(), nullptr);
  EXPECT_EQ(ring.position(), 40U);
  EXPECT_EQ(file.consumed(), 40U) << "the kernel must know before we sleep";
}

TEST(Ring, DiscardedRecordsAreSkipped) {
  RingFile file;
  Ring ring = Ring::open(file.fd(), RingFile::kSize).value();
  file.reserve("no", BPF_RINGBUF_DISCARD_BIT);
  file.reserve("yes", 0);
  EXPECT_EQ(text_of(ring.peek()), "yes");
}

TEST(Ring, BusyRecordStopsTheReader) {
  RingFile file;
  Ring ring = Ring::open(file.fd(), RingFile::kSize).value();
  file.reserve("done", 0);
  uint64_t position = file.reserve("late", BPF_RINGBUF_BUSY_BIT);
  file.reserve("after", 0);
  ring.peek();
  ring.advance();
  EXPECT_EQ(ring.peek(), nullptr);
  EXPECT_TRUE(ring.busy());
  EXPECT_EQ(file.consumed(), position) << "else its end would wake nobody";
  file.set_header(position, 4);
  EXPECT_EQ(text_of(ring.peek()), "late");
  EXPECT_FALSE(ring.busy());
}

TEST(Ring, GoesRound) {
  RingFile file;
  Ring ring = Ring::open(file.fd(), RingFile::kSize).value();
  for (int i = 0; i < 1000; ++i) {
    std::string text = std::string(static_cast<size_t>(i % 50), 'x') + std::to_string(i);
    file.reserve(text, 0);
    ASSERT_EQ(text_of(ring.peek()), text);
    ring.advance();
  }
}

} // namespace
} // namespace trc::runtime
