// Every kernel of every instruction set that this machine has, on odd sizes and several threads, against plain loops.
// Built with sanitizers by native.test.ts. Prints what differs; exits 1 where anything does.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <thread>
#include <vector>

#include "crew.h"
#include "kernels.h"

using namespace etude;

namespace {

int failures = 0;
Crew* crew = new Crew;

void expectNear(const char* kernels, const char* what, float found, double expected) {
  // bfloat16 has 8 bits: a rounded product is off by up to 2⁻⁸, a sum of many by a little more than one of them.
  const double tolerance = std::strcmp(kernels, "bfloat16Kernels") ? 2e-5 : 4e-2;
  if (std::fabs(found - expected) <= tolerance * (1 + std::fabs(expected))) return;
  failures++;
  std::printf("%s: %s: found %g, expected %g\n", kernels, what, found, expected);
}

/** Exactly as long as it says, so that a sanitizer sees the first element beyond. */
using Numbers = std::vector<float>;

Numbers numbers(int64_t n) {
  static uint32_t seed = 1;
  Numbers made(n);
  for (float& x : made) x = (float)((seed = seed * 1664525u + 1013904223u) >> 8) / (1 << 24) - 0.5f;
  return made;
}

/** Working space, aligned, and as long as a kernel asked for. */
float* space(int64_t floats) {
  static std::vector<char> bytes;
  bytes.assign(floats * sizeof(float) + 64, 0);
  return reinterpret_cast<float*>((reinterpret_cast<uintptr_t>(bytes.data()) + 63) / 64 * 64);
}

void testMatMul(const Kernels& k, int threads, int64_t M, int64_t K, int64_t N, bool transposeA, bool transposeB) {
  const Numbers A = numbers(M * K), B = numbers(K * N);
  Numbers C(M * N);
  const MatMul m{M, K, N, A.data(), transposeA, B.data(), transposeB, C.data(), false};
  float* at = space(k.matMulSpace(m));
  crew->run(threads, [&](const Team& team) { k.matMul(team, m, at); });
  for (int64_t i = 0; i < M; i++) {
    for (int64_t j = 0; j < N; j++) {
      double sum = 0;
      for (int64_t l = 0; l < K; l++) sum += (double)A[transposeA ? l * M + i : i * K + l] * B[transposeB ? j * K + l : l * N + j];
      expectNear(k.name, "matMul", C[i * N + j], sum);
    }
  }
}

/** A layer's forward pass, its step and the sum that the gradients are checked with, by plain loops. */
struct PlainLayer {
  int64_t T, B, D, H;
  std::vector<double> hiddens, cells;
};

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

PlainLayer plainForward(const LstmForward& f) {
  PlainLayer p{f.T, f.B, f.D, f.H, std::vector<double>(f.T * f.B * f.H), std::vector<double>(f.T * f.B * f.H)};
  for (int64_t n = 0; n < f.T * f.B; n++) {
    const float* x = f.x + (f.ids ? f.ids[n] : n) * f.D;
    for (int64_t u = 0; u < f.H; u++) {
      double sums[4];
      for (int64_t g = 0; g < 4; g++) {
        const int64_t column = g * f.H + u;
        double sum = f.inputBias[column] + f.recurrentBias[column];
        for (int64_t i = 0; i < f.D; i++) sum += (double)x[i] * f.inputWeight[i * 4 * f.H + column];
        for (int64_t i = 0; i < f.H; i++) {
          const double before = n < f.B ? f.hidden[n * f.H + i] : p.hiddens[(n - f.B) * f.H + i];
          sum += before * f.recurrentWeight[i * 4 * f.H + column];
        }
        sums[g] = sum;
      }
      const double cell = n < f.B ? f.cell[n * f.H + u] : p.cells[(n - f.B) * f.H + u];
      p.cells[n * f.H + u] = sigmoid(sums[1]) * cell + sigmoid(sums[0]) * std::tanh(sums[3]);
      p.hiddens[n * f.H + u] = sigmoid(sums[2]) * std::tanh(p.cells[n * f.H + u]);
    }
  }
  return p;
}

void testLayer(const Kernels& k, int threads, int64_t T, int64_t B, int64_t D, int64_t H, bool ids, bool dropout) {
  const int64_t N = T * B, R = ids ? 3 : N;
  std::vector<int32_t> tokens(N);
  for (int64_t n = 0; n < N; n++) tokens[n] = (int32_t)(n * 5 % 3);
  Numbers x = numbers(R * D), inputWeight = numbers(D * 4 * H), inputBias = numbers(4 * H);
  Numbers recurrentWeight = numbers(H * 4 * H), recurrentBias = numbers(4 * H), hidden = numbers(B * H), cell = numbers(B * H);
  Numbers hiddens(N * H), cells(N * H), gates(N * 4 * H);
  const Dropout none{{0, 0}, 0, 1, 0}, some{{7, 9}, 1u << 31, 2, (uint32_t)B};
  LstmForward f{T, B, D, H, R, x.data(), ids ? tokens.data() : nullptr, inputWeight.data(), inputBias.data(),
      recurrentWeight.data(), recurrentBias.data(), hidden.data(), cell.data(), dropout ? some : none,
      dropout ? some : none, hiddens.data(), cells.data(), gates.data()};
  float* at = space(k.lstmForwardSpace(f));
  crew->run(threads, [&](const Team& team) { k.lstmForward(team, f, at); });
  const Numbers dHiddens = numbers(N * H), dLastCell = numbers(B * H);
  Numbers dx(R * D), dInputWeight(D * 4 * H), dInputBias(4 * H), dRecurrentWeight(H * 4 * H), dRecurrentBias(4 * H);
  Numbers dHidden(B * H), dCell(B * H);
  const LstmBackward b{f, dHiddens.data(), dLastCell.data(), dx.data(), dInputWeight.data(), dInputBias.data(),
      dRecurrentWeight.data(), dRecurrentBias.data(), dHidden.data(), dCell.data()};
  at = space(k.lstmBackwardSpace(b));
  crew->run(threads, [&](const Team& team) { k.lstmBackward(team, b, at); });
  if (dropout) return; // what it drops is tested in TypeScript; here it only has to stay within its memory

  const PlainLayer plain = plainForward(f);
  for (int64_t i = 0; i < N * H; i++) {
    expectNear(k.name, "hidden state", hiddens[i], plain.hiddens[i]);
    expectNear(k.name, "cell state", cells[i], plain.cells[i]);
  }
  // The sum of hiddens · dHiddens and last cells · dLastCell, whose gradients these are.
  auto objective = [&] {
    const PlainLayer p = plainForward(f);
    double sum = 0;
    for (int64_t i = 0; i < N * H; i++) sum += p.hiddens[i] * dHiddens[i];
    for (int64_t i = 0; i < B * H; i++) sum += p.cells[(T - 1) * B * H + i] * dLastCell[i];
    return sum;
  };
  struct {
    const char* what;
    Numbers& of;
    const Numbers& found;
  } gradients[] = {{"dx", x, dx}, {"dInputWeight", inputWeight, dInputWeight}, {"dInputBias", inputBias, dInputBias},
      {"dRecurrentWeight", recurrentWeight, dRecurrentWeight}, {"dRecurrentBias", recurrentBias, dRecurrentBias},
      {"dHidden", hidden, dHidden}, {"dCell", cell, dCell}};
  for (auto& [what, of, found] : gradients) {
    const size_t stride = of.size() / 7 + 1; // some of each
    for (size_t i = 0; i < of.size(); i += stride) {
      const float value = of[i], little = 1.0f / 128;
      of[i] = value + little;
      const double above = objective();
      of[i] = value - little;
      const double below = objective();
      of[i] = value;
      // The second derivative leaves an error of about the square of the difference.
      if (std::fabs((above - below) / (2 * little) - found[i]) > 2e-3 * (1 + std::fabs(found[i]))) {
        expectNear(k.name, what, found[i], (above - below) / (2 * little));
      }
    }
  }

  if (ids || T > 1 || !k.lstmStep) return;
  Numbers packed(k.packedLstmSize(D, H) + 16), nextHidden(B * H), nextCell(B * H);
  float* aligned = reinterpret_cast<float*>((reinterpret_cast<uintptr_t>(packed.data()) + 63) / 64 * 64);
  crew->run(threads, [&](const Team& team) { k.packLstm(team, f, aligned); });
  const LstmStep step{B, D, H, aligned, x.data(), hidden.data(), cell.data(), nextHidden.data(), nextCell.data()};
  crew->run(threads, [&](const Team& team) { k.lstmStep(team, step); });
  for (int64_t i = 0; i < B * H; i++) {
    expectNear(k.name, "step: hidden state", nextHidden[i], plain.hiddens[i]);
    expectNear(k.name, "step: cell state", nextCell[i], plain.cells[i]);
  }
}

/** A model's step against that of its layers, one after the other, and a plain product. */
void testModelStep(
    const Kernels& k, int threads, int64_t layers, int64_t B, int64_t H, int64_t V, bool tied, int64_t K, int64_t D) {
  if (!k.modelStep) return;
  const int64_t layer = k.packedLstmSize(H, H), state = B * H, S = 5;
  const Numbers conditions = numbers(S * H), direct = numbers(S * D), directBias = numbers(D), directWeight = numbers(D * V);
  std::vector<int32_t> rows(B * K);
  for (int64_t i = 0; i < B * K; i++) rows[i] = (int32_t)(i * 3 % S);
  const Numbers embedding = numbers(V * H), output = numbers(H * V), bias = numbers(V), states = numbers(layers * 2 * state);
  Numbers packed(layers * layer + k.packedOutputSize(H, V) + k.packedOutputSize(D, V) + 16);
  Numbers next(layers * 2 * state), logits(B * V), space(state + B * D);
  float* aligned = reinterpret_cast<float*>((reinterpret_cast<uintptr_t>(packed.data()) + 63) / 64 * 64);
  std::vector<int32_t> ids(B);
  for (int64_t b = 0; b < B; b++) ids[b] = (int32_t)(b * 7 % V);
  Numbers x(state), after(2 * state);
  for (int64_t i = 0; i < state; i++) {
    x[i] = embedding[ids[i / H] * H + i % H];
    for (int64_t c = 0; c < K; c++) x[i] += conditions[rows[i / H * K + c] * H + i % H];
  }
  for (int64_t l = 0; l < layers; l++) {
    const Numbers inputWeight = numbers(H * 4 * H), inputBias = numbers(4 * H);
    const Numbers recurrentWeight = numbers(H * 4 * H), recurrentBias = numbers(4 * H);
    LstmForward f{};
    f.D = f.H = H;
    f.inputWeight = inputWeight.data(), f.inputBias = inputBias.data();
    f.recurrentWeight = recurrentWeight.data(), f.recurrentBias = recurrentBias.data();
    crew->run(threads, [&](const Team& team) { k.packLstm(team, f, aligned + l * layer); });
    const float* before = states.data() + 2 * l * state;
    const LstmStep step{B, H, H, aligned + l * layer, x.data(), before, before + state, after.data(), after.data() + state};
    crew->run(threads, [&](const Team& team) { k.lstmStep(team, step); });
    x.assign(after.begin(), after.begin() + state);
  }
  float* panels = aligned + layers * layer;
  crew->run(threads, [&](const Team& team) { k.packOutput(team, output.data(), tied, H, V, panels); });
  float* directPanels = panels + k.packedOutputSize(H, V);
  if (D > 0) crew->run(threads, [&](const Team& team) { k.packOutput(team, directWeight.data(), false, D, V, directPanels); });
  const ModelStep s{B, H, V, layers, K, D, embedding.data(), ids.data(), rows.data(), conditions.data(), direct.data(), directBias.data(),
      aligned, bias.data(), states.data(), next.data(), logits.data()};
  crew->run(threads, [&](const Team& team) { k.modelStep(team, s, space.data()); });
  for (int64_t i = 0; i < 2 * state; i++) {
    expectNear(k.name, "model step: last layer", next[(layers - 1) * 2 * state + i], after[i]);
  }
  for (int64_t b = 0; b < B; b++) {
    for (int64_t v = 0; v < V; v++) {
      double sum = bias[v];
      for (int64_t h = 0; h < H; h++) sum += (double)x[b * H + h] * output[tied ? v * H + h : h * V + v];
      for (int64_t d = 0; d < D; d++) {
        double unit = directBias[d];
        for (int64_t c = 0; c < K; c++) unit += direct[rows[b * K + c] * D + d];
        sum += std::max(0.0, unit) * directWeight[d * V + v];
      }
      expectNear(k.name, "model step: logits", logits[b * V + v], sum);
    }
  }
}

/** Sums of rows of a table, and the way back. */
void testRowSums(const Kernels& k, int threads, int64_t N, int64_t K, int64_t S, int64_t W) {
  const Numbers table = numbers(S * W), gradient = numbers(N * W);
  std::vector<int32_t> rows(N * K);
  for (int64_t i = 0; i < N * K; i++) rows[i] = (int32_t)(i * 5 % S);
  Numbers sums(N * W), dTable(S * W, 7);
  const RowSums forward{N, K, S, W, rows.data(), table.data(), sums.data()};
  const RowSums backward{N, K, S, W, rows.data(), gradient.data(), dTable.data()};
  crew->run(threads, [&](const Team& team) { k.sumRows(team, forward); });
  crew->run(threads, [&](const Team& team) { k.sumRowsBackward(team, backward); });
  std::vector<double> plain(S * W);
  for (int64_t n = 0; n < N; n++) {
    for (int64_t w = 0; w < W; w++) {
      double sum = 0;
      for (int64_t c = 0; c < K; c++) {
        sum += table[rows[n * K + c] * W + w];
        plain[rows[n * K + c] * W + w] += gradient[n * W + w];
      }
      expectNear(k.name, "sums of rows", sums[n * W + w], sum);
    }
  }
  for (int64_t i = 0; i < S * W; i++) expectNear(k.name, "sums of rows, backward", dTable[i], plain[i]);
}

void testCrossEntropy(const Kernels& k, int threads, int64_t N, int64_t V) {
  const Numbers logits = numbers(N * V), bias = numbers(V);
  std::vector<int32_t> targets(N);
  for (int64_t n = 0; n < N; n++) targets[n] = n % 5 == 3 ? -1 : (int32_t)(n * 7 % V);
  Numbers losses(N), dLogits(N * V), dBias(V);
  float loss = 0;
  const int64_t counted = N - std::count(targets.begin(), targets.end(), -1);
  const CrossEntropy c{N, V, logits.data(), bias.data(), targets.data(), counted, 0.1f, &loss, dLogits.data(), dBias.data()};
  crew->run(threads, [&](const Team& team) { k.crossEntropy(team, c, losses.data()); });
  double total = 0;
  std::vector<double> sums(V);
  for (int64_t n = 0; n < N; n++) {
    double sum = 0;
    for (int64_t v = 0; v < V; v++) sum += std::exp((double)logits[n * V + v] + bias[v]);
    if (targets[n] < 0) {
      for (int64_t v = 0; v < V; v++) expectNear(k.name, "dLogits of no target", dLogits[n * V + v], 0);
      continue;
    }
    total += std::log(sum) - logits[n * V + targets[n]] - bias[targets[n]];
    for (int64_t v = 0; v < V; v++) {
      const double wanted = (v == targets[n] ? 0.9 : 0) + 0.1 / V;
      const double d = (std::exp((double)logits[n * V + v] + bias[v]) / sum - wanted) / counted;
      expectNear(k.name, "dLogits", dLogits[n * V + v], d);
      sums[v] += d;
    }
  }
  for (int64_t v = 0; v < V; v++) expectNear(k.name, "dBias", dBias[v], sums[v]);
  expectNear(k.name, "loss", loss, total / counted);
}

void testAdam(const Kernels& k, int threads, int64_t n) {
  const Numbers weights = numbers(n), means = numbers(n), gradients = numbers(n);
  Numbers squares = numbers(n), newWeights(n), newMeans(n), newSquares(n);
  for (float& square : squares) square = std::fabs(square);
  const Adam a{n, weights.data(), means.data(), squares.data(), gradients.data(), newWeights.data(), newMeans.data(),
      newSquares.data(), 0.01f, 0.5f, 0.99f, 0.9f, 0.999f, 1e-8f};
  crew->run(threads, [&](const Team& team) { k.adam(team, a); });
  for (int64_t i = 0; i < n; i++) {
    const double gradient = gradients[i] * 0.5, mean = means[i] * 0.9 + gradient * 0.1;
    const double square = squares[i] * 0.999 + gradient * gradient * 0.001;
    expectNear(k.name, "mean", newMeans[i], mean);
    expectNear(k.name, "square", newSquares[i], square);
    expectNear(k.name, "weight", newWeights[i], weights[i] * 0.99 - 0.01 * mean / (std::sqrt(square) + 1e-8));
  }
}

void testAll(const Kernels& k) {
  for (const int threads : {1, 2, 3}) {
    for (const bool ta : {false, true}) {
      for (const bool tb : {false, true}) {
        testMatMul(k, threads, 1, 1, 1, ta, tb);
        testMatMul(k, threads, 7, 33, 70, ta, tb);
        testMatMul(k, threads, 37, 530, 65, ta, tb);
      }
    }
    for (const bool dropout : {false, true}) {
      for (const bool ids : {false, true}) {
        testLayer(k, threads, 1, 1, 1, 1, ids, dropout);
        testLayer(k, threads, 3, 2, 5, 7, ids, dropout);
        testLayer(k, threads, 2, 13, 33, 33, ids, dropout);
      }
    }
    testLayer(k, threads, 1, 11, 20, 70, false, false);
    for (const bool tied : {false, true}) {
      testModelStep(k, threads, 1, 1, 1, 1, tied, 0, 0);
      testModelStep(k, threads, 2, 7, 33, 70, tied, 3, 18);
      testModelStep(k, threads, 3, 32, 20, 5, tied, 2, 0);
    }
    for (const int64_t W : {1, 5, 16, 33, 200}) testRowSums(k, threads, 11, 3, 6, W);
    for (const int64_t V : {1, 5, 16, 33}) testCrossEntropy(k, threads, 11, V);
    for (const int64_t n : {1, 15, 16, 1000}) testAdam(k, threads, n);
  }
  std::printf("%s: tested\n", k.name);
}

/** A thread that waits for another one, or for work, goes to sleep soon: other programs may want its processor. */
void testWaiting() {
  constexpr std::chrono::milliseconds LONG{300};
  const std::clock_t before = std::clock();
  crew->run(2, [&](const Team& team) {
    if (team.thread == 1) std::this_thread::sleep_for(LONG);
  });
  std::this_thread::sleep_for(LONG);
  const double seconds = (double)(std::clock() - before) / CLOCKS_PER_SEC;
  const double waited = 2 * std::chrono::duration<double>(LONG).count();
  if (seconds < waited / 6) return;
  failures++;
  std::printf("threads that wait for %g seconds use processors for %g\n", waited, seconds);
}

} // namespace

int main() {
  testWaiting();
  testAll(plainKernels);
#if defined(ETUDE_X86)
  if (avx2Kernels.runsHere()) testAll(avx2Kernels);
  if (avx512Kernels.runsHere()) testAll(avx512Kernels);
  if (bfloat16Kernels.runsHere()) testAll(bfloat16Kernels);
#endif
  return failures > 0;
}
