// How fast the kernels are against the multiply-adds that this processor can do at all, measured in turn.
// Prints a JSON array: name, milliseconds of each run, and GFLOP of a run; the first entry is the peak.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "crew.h"
#include "kernels.h"

using namespace etude;

namespace {

#if defined(__AVX512F__)
constexpr int LANES = 16;
#elif defined(__AVX2__)
constexpr int LANES = 8;
#else
constexpr int LANES = 4;
#endif
typedef float vec __attribute__((vector_size(4 * LANES)));

const Kernels& best() {
#if defined(ETUDE_X86)
  if (avx512Kernels.runsHere()) return avx512Kernels;
  if (avx2Kernels.runsHere()) return avx2Kernels;
#endif
  return plainKernels;
}

#if defined(ETUDE_X86)
#define KEEP(x) asm volatile("" : "+x"(x)) // in a register, and neither computed ahead nor left out
#else
#define KEEP(x) asm volatile("" : "+w"(x))
#endif

/** Multiply-adds in registers, as many side by side as hide their latency: 10 a round. */
float multiplyAdds(int64_t rounds) {
  const vec a = (vec){} + 0.9999f, b = (vec){} + 1e-6f;
  vec s0 = b, s1 = b, s2 = b, s3 = b, s4 = b, s5 = b, s6 = b, s7 = b, s8 = b, s9 = b;
  for (int64_t i = 0; i < rounds; i++) {
    s0 = s0 * a + b, s1 = s1 * a + b, s2 = s2 * a + b, s3 = s3 * a + b, s4 = s4 * a + b;
    s5 = s5 * a + b, s6 = s6 * a + b, s7 = s7 * a + b, s8 = s8 * a + b, s9 = s9 * a + b;
    KEEP(s0); KEEP(s1); KEEP(s2); KEEP(s3); KEEP(s4); KEEP(s5); KEEP(s6); KEEP(s7); KEEP(s8); KEEP(s9);
  }
  const vec total = s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9;
  return total[0];
}

float* numbers(int64_t n) {
  static int64_t offset = 0; // buffers at the same place of a page get in each other's way
  offset = (offset + 80) % 1024;
  float* made = static_cast<float*>(std::aligned_alloc(64, ((n + 1024) * 4 + 63) / 64 * 64)) + offset / 16 * 16;
  for (int64_t i = 0; i < n; i++) made[i] = (float)(std::rand() % 2001 - 1000) * 1e-4f;
  return made;
}

struct Measured {
  const char* name;
  int64_t units;
  double gflop;
  std::function<void(const Team&)> work;
  std::vector<double> milliseconds;
};

} // namespace

int main(int, char** arguments) {
  const int threads = std::atoi(arguments[1]);
  Crew* crew = new Crew;
  const Kernels& k = best();
  std::vector<Measured> all;
  static volatile float sink;
  all.push_back({"peak", 0, threads * 4e6 * 10 * 2 * LANES / 1e9, [](const Team&) { sink = multiplyAdds(4000000); }, {}});
  for (const int64_t H : {128, 256, 512}) {
    const int64_t T = 64, B = 32, N = T * B;
    const double product = 2.0 * N * H * 4 * H / 1e9;
    float *x = numbers(N * H), *wide = numbers(N * 4 * H), *W = numbers(H * 4 * H), *out = numbers(N * 4 * H);
    const MatMul forward{N, H, 4 * H, x, false, W, false, out, false};
    const MatMul toInput{N, 4 * H, H, wide, false, W, true, out, false};
    const MatMul toWeight{H, N, 4 * H, x, true, wide, false, out, false};
    float *bias = numbers(4 * H), *R = numbers(H * 4 * H), *state = numbers(B * H);
    const Dropout none{{0, 0}, 0, 1, 0};
    const LstmForward f{T, B, H, H, N, x, nullptr, W, bias, R, bias, state, state, none, none, numbers(N * H), numbers(N * H),
        numbers(N * 4 * H)};
    const LstmBackward b{f, x, nullptr, numbers(N * H), numbers(4 * H * H), numbers(4 * H), numbers(4 * H * H), numbers(4 * H),
        numbers(B * H), numbers(B * H)};
    int64_t size = k.lstmBackwardSpace(b);
    for (const int64_t other : {k.matMulSpace(forward), k.matMulSpace(toInput), k.matMulSpace(toWeight), k.lstmForwardSpace(f)}) {
      size = other > size ? other : size;
    }
    float* space = numbers(size);
    all.push_back({"product-forward", H, product, [=, &k](const Team& team) { k.matMul(team, forward, space); }, {}});
    all.push_back({"product-to-input", H, product, [=, &k](const Team& team) { k.matMul(team, toInput, space); }, {}});
    all.push_back({"product-to-weight", H, product, [=, &k](const Team& team) { k.matMul(team, toWeight, space); }, {}});
    all.push_back({"layer-forward", H, 2 * product, [=, &k](const Team& team) { k.lstmForward(team, f, space); }, {}});
    all.push_back({"layer-backward", H, 4 * product, [=, &k](const Team& team) { k.lstmBackward(team, b, space); }, {}});
  }
  for (int round = 0; round < 21; round++) {
    for (Measured& each : all) {
      const auto startedAt = std::chrono::steady_clock::now();
      crew->run(threads, each.work);
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - startedAt;
      if (round > 0) each.milliseconds.push_back(taken.count() * 1000);
    }
  }
  std::printf("[");
  for (const Measured& each : all) {
    std::printf("%s{\"name\":\"%s\",\"units\":%lld,\"gflop\":%g,\"ms\":[", &each == &all[0] ? "" : ",", each.name,
        (long long)each.units, each.gflop);
    for (size_t i = 0; i < each.milliseconds.size(); i++) std::printf("%s%.4f", i ? "," : "", each.milliseconds[i]);
    std::printf("]}");
  }
  std::printf("]\n");
}
