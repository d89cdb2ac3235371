// The arithmetic of training and sampling, written once and compiled once for each instruction set (see kernels.h).
// Compile with -DKERNELS=<name of the table> -DLANES=<floats of a vector register> -DROWS=<rows of a tile>.
// Nothing of the C++ library is used here: an inline function of it, compiled for AVX-512, could be the one that the
// linker keeps for all.
//
// The micro-kernel
// ----------------
// Every product is made of tiles. A tile is ROWS rows by 4 vectors wide, and lives in registers while k runs:
//
//              panel of B, packed: the 4 vectors of one k stand side by side, those of k+1 after them
//                    k │ b₀ b₁ b₂ b₃ │
//                      └─────────────┘
//    A    k            ┌─────────────┐
//    ┌────────┐        │             │     for every k:  load b₀ … b₃           (4 loads)
//    │ a₀ ──► │        │ ROWS × 4    │                   for every row r:
//    │ a₁     │   ×    │ vectors of  │                     broadcast a[r][k]    (1 load)
//    │ a₂     │        │ sums        │                     4 × sum += a · b     (4 multiply-adds)
//    └────────┘        └─────────────┘
//
// With AVX-512 (32 registers) 6 × 4 sums, 4 loads and 6 broadcasts serve 24 multiply-adds; with AVX2 (16 registers) 3 × 4.
//
// With -DBFLOAT16 what is multiplied is rounded to bfloat16, two k at a time in a word of 32 bits; sums, states and
// everything between products stay float32. A tile then has half as many steps of k, and the same picture.
//
// For a recurrent map the 4 vectors are the 4 gates of the same 16 units. When k is through, the registers hold all
// that these units need: gates, cell and hidden state are computed there and then.
#include "kernels.h"
#if defined(BFLOAT16)
#include <immintrin.h>
#endif

#ifndef KERNELS
#define KERNELS plainKernels
#endif
#ifndef LANES
#define LANES 4
#endif
#ifndef ROWS
#define ROWS 3
#endif
#define TEXT2(x) #x
#define TEXT(x) TEXT2(x)
#define INLINE static inline __attribute__((always_inline))

namespace etude {
namespace {

typedef float vec __attribute__((vector_size(4 * LANES)));
typedef int32_t ivec __attribute__((vector_size(4 * LANES)));
typedef uint32_t uvec __attribute__((vector_size(4 * LANES)));
// The same at any address.
typedef float loose __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

constexpr int64_t WIDTH = 4 * LANES; // columns of a tile
constexpr int64_t DEPTH = 512;       // k of a panel of a product: 128 KB with AVX-512, which stays in the second cache

constexpr int64_t PAD = 16;          // keeps rows from being a power of two apart, where they would share a cache set

/** Where a working space begins that is only measured, not used. */
float* const nowhere = (float*)64;

INLINE int64_t min(int64_t a, int64_t b) { return a < b ? a : b; }
INLINE int64_t max(int64_t a, int64_t b) { return a > b ? a : b; }
INLINE int64_t ceilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

// ---- Vectors

INLINE vec splat(float x) { return x - (vec){}; }

/** The first n of LANES floats, the others zero. */
INLINE vec load(const float* from, int64_t n) {
  if (n >= LANES) return *(const loose*)from;
  vec v = {};
  for (int64_t i = 0; i < n; i++) v[i] = from[i];
  return v;
}

INLINE void store(float* to, vec v, int64_t n) {
  if (n >= LANES) {
    *(loose*)to = v;
    return;
  }
  for (int64_t i = 0; i < n; i++) to[i] = v[i];
}

/** eˣ to about 1 unit in the last place within ±87, beyond that as at the border. Cody and Waite's reduction. */
INLINE vec exponential(vec x) {
  x = x < 87.0f ? x : splat(87.0f);
  x = x > -87.0f ? x : splat(-87.0f);
  const float magic = 12582912.0f; // 1.5 · 2²³: adding it rounds to a whole number
  const vec n = (x * 1.44269504f + magic) - magic;
  const vec r = (x - n * 0.693359375f) + n * 2.12194440e-4f; // within ± ln(2) / 2
  vec p = splat(1.0f / 5040);
  p = p * r + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const ivec exponent = (__builtin_convertvector(n, ivec) + 127) << 23;
  return p * (vec)exponent;
}

INLINE vec sigmoid(vec x) { return 1.0f / (1.0f + exponential(-x)); }

INLINE vec hyperbolicTangent(vec x) { return 1.0f - 2.0f / (1.0f + exponential(x + x)); }

/** 0 or `scale` for LANES elements from `column` on in a row of `width`; the same hash as in dropout.ts. */
INLINE vec dropoutMask(const Dropout& dropout, int64_t row, int64_t width, int64_t column) {
  const uint32_t index = (uint32_t)((dropout.period ? row % dropout.period : row) * width + column);
  uvec h;
  for (int i = 0; i < LANES; i++) h[i] = index + (uint32_t)i;
  h += dropout.key[0];
  h ^= h >> 16;
  h *= 0x7feb352du;
  h ^= h >> 15;
  h += dropout.key[1];
  h *= 0x846ca68bu;
  h ^= h >> 16;
  return h >= dropout.threshold ? splat(dropout.scale) : splat(0);
}

// ---- Words: what products are made of, one float or two neighbouring k as bfloat16

#if defined(BFLOAT16)
constexpr int64_t PER_WORD = 2;
typedef uint32_t word;
typedef uvec words;
typedef uint32_t looseWords __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef uint16_t halves __attribute__((vector_size(2 * LANES)));
typedef uint16_t looseHalves __attribute__((vector_size(2 * LANES), aligned(2), may_alias));

/** The upper half of a float, rounded to nearest, ties to even. */
INLINE uvec rounded(uvec bits) { return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16; }
INLINE uint32_t rounded(float x) {
  uint32_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}

/** Two neighbouring k of LANES columns. */
INLINE words wordsOf(vec first, vec second) { return rounded((uvec)first) | rounded((uvec)second) << 16; }
INLINE word wordOf(const float* from, int64_t left) { return rounded(from[0]) | (left > 1 ? rounded(from[1]) << 16 : 0); }
INLINE words splatWord(word x) { return x - (words){}; }
INLINE vec multiplyAdd(words a, words b, vec sum) { return (vec)_mm512_dpbf16_ps((__m512)sum, (__m512bh)a, (__m512bh)b); }

/** n numbers of a row of words, from its k-th on. */
INLINE void storeWords(word* row, int64_t k, vec v, int64_t n) {
  const halves h = __builtin_convertvector(rounded((uvec)v), halves);
  uint16_t* to = (uint16_t*)row + k;
  if (n >= LANES) {
    *(looseHalves*)to = h;
    return;
  }
  for (int64_t i = 0; i < n; i++) to[i] = h[i];
}
#else
constexpr int64_t PER_WORD = 1;
typedef float word;
typedef vec words;
typedef loose looseWords;
INLINE words wordsOf(vec first, vec) { return first; }
INLINE word wordOf(const float* from, int64_t) { return *from; }
INLINE words splatWord(word x) { return splat(x); }
INLINE vec multiplyAdd(words a, words b, vec sum) { return sum + a * b; }
INLINE void storeWords(word* row, int64_t k, vec v, int64_t n) { store(row + k, v, n); }
#endif

/** Words of K numbers in a row. */
INLINE int64_t wordCount(int64_t K) { return ceilDiv(K, PER_WORD); }

/** Floats that hold the words of a matrix (rows, K) where they are not the matrix itself. */
INLINE int64_t copiedWords(int64_t rows, int64_t K) { return PER_WORD == 1 ? 0 : ceilDiv(rows * wordCount(K), 16) * 16; }

/** Rows of K numbers as rows of words, `stride` words apart. */
INLINE void toWords(const float* from, int64_t rows, int64_t strideFrom, int64_t K, word* to, int64_t stride) {
  for (int64_t r = 0; r < rows; r++) {
    if (K % PER_WORD != 0) to[r * stride + K / PER_WORD] = word{}; // the half that no number is for
    for (int64_t k = 0; k < K; k += LANES) {
      storeWords(to + r * stride, k, load(from + r * strideFrom + k, K - k), K - k);
    }
  }
}

// ---- Threads

struct Range {
  int64_t from, to;
};

/** This thread's part of n. */
INLINE Range share(const Team& team, int64_t n) {
  return {n * team.thread / team.threads, n * (team.thread + 1) / team.threads};
}

// ---- Packing

/** Which columns the vectors of a panel hold. */
struct Columns {
  int64_t panels;
  int64_t panelStep;  // from a panel's first column to the next one's
  int64_t vectorStep; // from a vector's first column to the next one's in the same panel
  int64_t limit;      // columns that a vector may have, counted from the first vector of panel 0 …
  bool ofGates;       // … or, for gates, from the first column of the gate
};

INLINE Columns plainColumns(int64_t N) { return {ceilDiv(N, WIDTH), WIDTH, LANES, N, false}; }
INLINE Columns gateColumns(int64_t H) { return {ceilDiv(H, LANES), LANES, H, H, true}; }

INLINE int64_t lanesOf(const Columns& columns, int64_t panel, int64_t vector) {
  const int64_t before = panel * columns.panelStep + (columns.ofGates ? 0 : vector * columns.vectorStep);
  return columns.limit - before < 0 ? 0 : min(columns.limit - before, LANES);
}

/** Rows kFrom to kTo of B (K, N), or of its transpose, as panels of (words, 4, LANES); this thread's share. */
void pack(
    const Team& team, const float* B, int64_t stride, bool transpose, int64_t kFrom, int64_t kTo,
    const Columns& columns, word* panels) {
  const int64_t K = kTo - kFrom;
  const Range mine = share(team, columns.panels);
  for (int64_t p = mine.from; p < mine.to; p++) {
    word* panel = panels + p * wordCount(K) * WIDTH;
    if (!transpose) {
      for (int64_t k = 0; k < K; k += PER_WORD) { // row by row: the next one may be a page away
        for (int j = 0; j < 4; j++) {
          const int64_t lanes = lanesOf(columns, p, j);
          const float* row = B + (kFrom + k) * stride + p * columns.panelStep + j * columns.vectorStep;
          const vec second = PER_WORD == 2 && k + 1 < K ? load(row + stride, lanes) : splat(0);
          *(words*)(panel + k / PER_WORD * WIDTH + j * LANES) = wordsOf(load(row, lanes), second);
        }
      }
      continue;
    }
    for (int j = 0; j < 4; j++) {
      const int64_t column = p * columns.panelStep + j * columns.vectorStep;
      const int64_t lanes = lanesOf(columns, p, j);
      for (int64_t k = 0; k < K; k += 64) { // as much as stays in the first cache until its lines are full
        for (int64_t lane = 0; lane < LANES; lane++) {
          word* to = panel + j * LANES + lane;
          const float* from = B + (column + lane) * stride + kFrom;
          for (int64_t i = k; i < min(k + 64, K); i += PER_WORD) {
            to[i / PER_WORD * WIDTH] = lane < lanes ? wordOf(from + i, K - i) : word{};
          }
        }
      }
    }
  }
}

// ---- The tile

/** sums (R, 4 vectors) += A (R, K words) · panel (K words, 4 vectors) */
template <int R>
INLINE void multiply(vec (&sums)[R][4], const word* A, int64_t stride, const word* panel, int64_t K) {
  for (int64_t k = 0; k < K; k++) {
    const words* b = (const words*)(panel + k * WIDTH);
    const words b0 = b[0], b1 = b[1], b2 = b[2], b3 = b[3];
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
      const words a = splatWord(A[r * stride + k]);
      sums[r][0] = multiplyAdd(a, b0, sums[r][0]);
      sums[r][1] = multiplyAdd(a, b1, sums[r][1]);
      sums[r][2] = multiplyAdd(a, b2, sums[r][2]);
      sums[r][3] = multiplyAdd(a, b3, sums[r][3]);
    }
  }
}

/** Calls work(rows, arguments…) with the number of rows known to the compiler. */
#define FOR_ROWS(rows, work, ...)                                  \
  switch (rows) {                                                  \
    case 1: work<1>(__VA_ARGS__); break;                           \
    case 2: work<2>(__VA_ARGS__); break;                           \
    case 3: work<3>(__VA_ARGS__); break;                           \
    case 4: work<(ROWS >= 4 ? 4 : 1)>(__VA_ARGS__); break;         \
    case 5: work<(ROWS >= 5 ? 5 : 1)>(__VA_ARGS__); break;         \
    default: work<ROWS>(__VA_ARGS__); break;                       \
  }

/** Rows are dealt evenly to as few tiles as hold them: 32 rows are 6 + 6 + 5 + 5 + 5 + 5, not 5 × 6 + 2. */
INLINE Range tileRows(int64_t rows, int64_t tile) {
  const int64_t tiles = ceilDiv(rows, ROWS);
  return {rows * tile / tiles, rows * (tile + 1) / tiles};
}

// ---- Products of any size

/** Turns a block of LANES by LANES words in registers: in each round, halves of ever larger squares change places. */
INLINE void turnBlock(words (&block)[LANES]) {
  ivec lane;
  for (int i = 0; i < LANES; i++) lane[i] = i;
#pragma GCC unroll 4
  for (int half = 1; half < LANES; half *= 2) {
    const ivec upper = (lane & half) != 0; // lanes of the upper halves
    const ivec first = upper ? lane - half + LANES : lane, second = upper ? lane + LANES : lane + half;
#pragma GCC unroll 16
    for (int i = 0; i < LANES; i++) {
      if (i & half) continue;
      const words a = block[i], b = block[i + half];
      block[i] = __builtin_shuffle(a, b, first);
      block[i + half] = __builtin_shuffle(a, b, second);
    }
  }
}

/** `rows` columns of a matrix, K long, as rows of words; the rows have room for a whole number of blocks. */
void turn(const float* from, int64_t strideFrom, int64_t K, int64_t rows, word* to, int64_t stride) {
  for (int64_t k = 0; k < K; k += LANES * PER_WORD) {
    for (int64_t r = 0; r < rows; r += LANES) {
      const int64_t n = min(rows - r, LANES);
      words block[LANES];
#pragma GCC unroll 16
      for (int i = 0; i < LANES; i++) {
        const int64_t at = k + i * PER_WORD;
        const float* row = from + at * strideFrom + r;
        const vec one = load(row, at < K ? n : 0), next = load(row + strideFrom, at + 1 < K ? n : 0);
        block[i] = wordsOf(one, PER_WORD == 2 ? next : one);
      }
      turnBlock(block);
#pragma GCC unroll 16
      for (int i = 0; i < LANES; i++) {
        if (i < n) *(looseWords*)(to + (r + i) * stride + k / PER_WORD) = block[i];
      }
    }
  }
}

/** A (R, K words) · panel (K words, 4 vectors) into, or onto, C of which `columns` are left from here. */
template <int R>
void matMulTile(
    const word* A, int64_t strideA, const word* panel, int64_t K, float* C, int64_t N, int64_t columns, bool add) {
  vec sums[R][4] = {};
  multiply<R>(sums, A, strideA, panel, K);
  // Unrolled, so that the sums stay in registers: on the stack they may stand where other streams get in their way.
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) {
#pragma GCC unroll 4
    for (int j = 0; j < 4; j++) {
      float* to = C + r * N + j * LANES;
      if (add) sums[r][j] += load(to, columns - j * LANES);
      store(to, sums[r][j], columns - j * LANES);
    }
  }
}

/** Whether A has to be copied: to turn it, or for another kind of word. */
INLINE bool copiesA(const MatMul& m) { return m.transposeA || PER_WORD > 1; }

int64_t matMulSpace(const MatMul& m) {
  const int64_t depth = wordCount(min(m.K, DEPTH));
  return plainColumns(m.N).panels * depth * WIDTH + (copiesA(m) ? m.M * (depth + PAD) : 0);
}

void matMul(const Team& team, const MatMul& m, float* space) {
  const Columns columns = plainColumns(m.N);
  const int64_t depth = wordCount(min(m.K, DEPTH));
  word* panels = (word*)space;
  word* copy = panels + columns.panels * depth * WIDTH;
  const Range mine = share(team, m.M);
  const int64_t rows = mine.to - mine.from;
  const int64_t tiles = ceilDiv(rows, ROWS);
  for (int64_t k = 0; k < m.K; k += DEPTH) {
    const int64_t K = min(m.K - k, DEPTH);
    if (k > 0) meet(team);
    pack(team, m.B, m.transposeB ? m.K : m.N, m.transposeB, k, k + K, columns, panels);
    const word* A = copy + mine.from * (depth + PAD);
    const int64_t strideA = copiesA(m) ? depth + PAD : m.K;
    if (m.transposeA) {
      turn(m.A + k * m.M + mine.from, m.M, K, rows, copy + mine.from * strideA, strideA);
    } else if (copiesA(m)) {
      toWords(m.A + mine.from * m.K + k, rows, m.K, K, copy + mine.from * strideA, strideA);
    } else {
      A = (const word*)m.A + mine.from * m.K + k;
    }
    meet(team);
    for (int64_t p = 0; p < columns.panels; p++) {
      const word* panel = panels + p * wordCount(K) * WIDTH;
      for (int64_t tile = 0; tile < tiles; tile++) {
        const Range at = tileRows(rows, tile);
        FOR_ROWS(at.to - at.from, matMulTile, A + at.from * strideA, strideA, panel, wordCount(K),
            m.C + (mine.from + at.from) * m.N + p * WIDTH, m.N, m.N - p * WIDTH, m.add || k > 0)
      }
    }
  }
  meet(team);
}

// ---- A layer's forward pass

/** Puts out `mapped` (R, 4H): without ids the place of the gates, which overwrite it. */
INLINE MatMul inputMap(const LstmForward& f, float* mapped) {
  return {f.R, f.D, 4 * f.H, f.x, false, f.inputWeight, false, mapped, false};
}

/** What the input map put out for row n of the input: (4H) */
INLINE const float* mappedRow(const LstmForward& f, const float* mapped, int64_t n) {
  return mapped + (f.ids ? f.ids[n] : n) * 4 * f.H;
}

/** Where the parts of the working space of a forward pass begin. */
struct ForwardSpace {
  word* panels;     // of the input map, later of the recurrent map
  float* mapped;    // (R, 4H): what the input map put out; without ids the place of the gates, which overwrite it
  word* hiddens[2]; // (B, H) in words that are not floats, of the steps with even and with odd numbers
};

ForwardSpace divide(const LstmForward& f, float* space) {
  const int64_t panels = max(matMulSpace(inputMap(f, nullptr)), gateColumns(f.H).panels * wordCount(f.H) * WIDTH);
  float* mapped = space + panels;
  word* hiddens = (word*)(mapped + (f.ids ? f.R * 4 * f.H : 0));
  return {(word*)space, f.ids ? mapped : f.gates, {hiddens, hiddens + copiedWords(f.B, f.H)}};
}

int64_t lstmForwardSpace(const LstmForward& f) {
  return (float*)divide(f, nowhere).hiddens[1] - nowhere + copiedWords(f.B, f.H);
}

/** The hidden state (B, H) that comes in at time step t. */
INLINE const word* hiddenWords(const LstmForward& f, const ForwardSpace& s, int64_t t) {
  if (PER_WORD == 1) return (const word*)(t == 0 ? f.hidden : f.hiddens + (t - 1) * f.B * f.H);
  return s.hiddens[t % 2];
}

/** Rows `row` … of one panel of units at time step t. */
template <int R>
void forwardTile(const LstmForward& f, const ForwardSpace& s, int64_t t, int64_t row, int64_t p, const word* panel) {
  const int64_t H = f.H, unit = p * LANES, n = min(H - unit, LANES), K = wordCount(H);
  const float* cell = t == 0 ? f.cell : f.cells + (t - 1) * f.B * H;       // (B, H)
  // What is needed once the product is there comes from far away, so it is called for now.
  for (int r = 0; r < R; r++) {
    for (int g = 0; g < 4; g++) {
      __builtin_prefetch(mappedRow(f, s.mapped, t * f.B + row + r) + g * H + unit);
      if (f.ids) __builtin_prefetch(f.gates + ((t * f.B + row + r) * 4 + g) * H + unit, 1);
    }
  }
  vec sums[R][4] = {};
  multiply<R>(sums, hiddenWords(f, s, t) + row * K, K, panel, K);
  for (int g = 0; g < 4; g++) {
    const vec inputBias = load(f.inputBias + g * H + unit, n);
    const vec recurrentBias = load(f.recurrentBias + g * H + unit, n);
    for (int r = 0; r < R; r++) {
      vec below = load(mappedRow(f, s.mapped, t * f.B + row + r) + g * H + unit, n) + inputBias;
      if (f.inputDropout.threshold) below *= dropoutMask(f.inputDropout, t * f.B + row + r, 4 * H, g * H + unit);
      sums[r][g] += below + recurrentBias;
    }
  }
  for (int r = 0; r < R; r++) {
    const int64_t at = (t * f.B + row + r) * H + unit;
    const vec input = sigmoid(sums[r][0]), forget = sigmoid(sums[r][1]), output = sigmoid(sums[r][2]);
    const vec candidate = hyperbolicTangent(sums[r][3]);
    vec written = candidate;
    if (f.recurrentDropout.threshold) written *= dropoutMask(f.recurrentDropout, t * f.B + row + r, H, unit);
    const vec next = forget * load(cell + (row + r) * H + unit, n) + input * written;
    const vec gates[4] = {input, forget, output, candidate};
    for (int g = 0; g < 4; g++) store(f.gates + ((t * f.B + row + r) * 4 + g) * H + unit, gates[g], n);
    store(f.cells + at, next, n);
    const vec hidden = output * hyperbolicTangent(next);
    store(f.hiddens + at, hidden, n);
    if (PER_WORD > 1) storeWords(s.hiddens[(t + 1) % 2] + (row + r) * K, unit, hidden, n);
  }
}

void lstmForward(const Team& team, const LstmForward& f, float* space) {
  const ForwardSpace s = divide(f, space);
  matMul(team, inputMap(f, s.mapped), space);
  const Columns columns = gateColumns(f.H);
  const int64_t K = wordCount(f.H);
  pack(team, f.recurrentWeight, 4 * f.H, false, 0, f.H, columns, s.panels);
  if (PER_WORD > 1 && team.thread == 0) {
    toWords(f.hidden, f.B, f.H, f.H, s.hiddens[0], K);
    for (int64_t i = 0; i < f.B * K; i++) s.hiddens[1][i] = word{}; // an odd H leaves half a word that nobody writes
  }
  meet(team);
  const int64_t tiles = ceilDiv(f.B, ROWS);
  const Range mine = share(team, columns.panels * tiles); // panel by panel, so that a panel stays with one thread
  for (int64_t t = 0; t < f.T; t++) {
    for (int64_t i = mine.from; i < mine.to; i++) {
      const Range at = tileRows(f.B, i % tiles);
      FOR_ROWS(at.to - at.from, forwardTile, f, s, t, at.from, i / tiles, s.panels + i / tiles * K * WIDTH)
    }
    meet(team);
  }
}

// ---- Sums of rows

/**
 * The sum of K rows of a table (S, W), of as many columns at a time as the registers hold.
 * @param finish gets each vector of it, and its first column
 */
template <typename Finish>
INLINE void sumOfRows(const float* table, const int32_t* rows, int64_t K, int64_t W, Finish finish) {
  constexpr int64_t VECTORS = 8;
  for (int64_t column = 0; column < W; column += VECTORS * LANES) {
    vec sums[VECTORS] = {};
    if (column + VECTORS * LANES <= W) {
      for (int64_t k = 0; k < K; k++) {
        const float* row = table + rows[k] * W + column;
        for (int j = 0; j < VECTORS; j++) sums[j] += *(const loose*)(row + j * LANES);
      }
    } else {
      for (int64_t k = 0; k < K; k++) {
        const float* row = table + rows[k] * W;
        for (int64_t j = 0; column + j * LANES < W; j++) sums[j] += load(row + column + j * LANES, W - column - j * LANES);
      }
    }
    for (int64_t j = 0; j < VECTORS && column + j * LANES < W; j++) finish(column + j * LANES, sums[j]);
  }
}

void sumRows(const Team& team, const RowSums& s) {
  const Range mine = share(team, s.N);
  for (int64_t n = mine.from; n < mine.to; n++) {
    sumOfRows(s.from, s.rows + n * s.K, s.K, s.W, [&](int64_t i, vec sum) { store(s.to + n * s.W + i, sum, s.W - i); });
  }
}

/** Each thread has columns of its own, so that none adds where another does. */
void sumRowsBackward(const Team& team, const RowSums& s) {
  const Range mine = share(team, ceilDiv(s.W, LANES));
  const int64_t from = mine.from * LANES, to = min(mine.to * LANES, s.W);
  for (int64_t row = 0; row < s.S; row++) {
    for (int64_t i = from; i < to; i += LANES) store(s.to + row * s.W + i, splat(0), to - i);
  }
  // Of vectors that are whole nothing has to be counted.
  const int64_t whole = from + (to - from) / LANES * LANES;
  for (int64_t n = 0; n < s.N; n++) {
    const float* d = s.from + n * s.W;
    for (int64_t k = 0; k < s.K; k++) {
      float* row = s.to + s.rows[n * s.K + k] * s.W;
      for (int64_t i = from; i < whole; i += LANES) *(loose*)(row + i) += *(const loose*)(d + i);
      if (whole < to) store(row + whole, load(row + whole, to - whole) + load(d + whole, to - whole), to - whole);
    }
  }
}

void drop(const Team& team, const Dropped& d) {
  const Range mine = share(team, d.N);
  for (int64_t n = mine.from; n < mine.to; n++) {
    const float* x = d.x + n * d.W;
    for (int64_t i = 0; i < d.W; i += LANES) {
      store(d.to + n * d.W + i, load(x + i, d.W - i) * dropoutMask(d.dropout, n, d.W, i), d.W - i);
    }
  }
}

// ---- A time step of a layer with packed weights, in float32 only: it reads each weight once, which is what takes time

#if !defined(BFLOAT16)
int64_t packedLstmSize(int64_t D, int64_t H) { return gateColumns(H).panels * (D + H + 1) * WIDTH; }

/** Panels of (D + H, 4, LANES): input map, then recurrent map; after all panels the sums of both biases. */
void packLstm(const Team& team, const LstmForward& f, float* packed) {
  const Columns columns = gateColumns(f.H);
  const int64_t K = f.D + f.H;
  const Range mine = share(team, columns.panels);
  for (int64_t p = mine.from; p < mine.to; p++) {
    float* panel = packed + p * K * WIDTH;
    float* biases = packed + columns.panels * K * WIDTH + p * WIDTH;
    for (int j = 0; j < 4; j++) {
      const int64_t column = p * columns.panelStep + j * columns.vectorStep, lanes = lanesOf(columns, p, j);
      for (int64_t k = 0; k < K; k++) {
        const float* row = k < f.D ? f.inputWeight + k * 4 * f.H : f.recurrentWeight + (k - f.D) * 4 * f.H;
        *(vec*)(panel + k * WIDTH + j * LANES) = load(row + column, lanes);
      }
      *(vec*)(biases + j * LANES) = load(f.inputBias + column, lanes) + load(f.recurrentBias + column, lanes);
    }
  }
}

template <int R>
void stepTile(const LstmStep& s, int64_t row, int64_t p, const float* panel, const float* biases) {
  const int64_t unit = p * LANES, n = min(s.H - unit, LANES);
  vec sums[R][4];
  for (int r = 0; r < R; r++) {
    for (int g = 0; g < 4; g++) sums[r][g] = *(const vec*)(biases + g * LANES);
  }
  multiply<R>(sums, s.x + row * s.D, s.D, panel, s.D);
  multiply<R>(sums, s.hidden + row * s.H, s.H, panel + s.D * WIDTH, s.H);
  for (int r = 0; r < R; r++) {
    const int64_t at = (row + r) * s.H + unit;
    const vec next = sigmoid(sums[r][1]) * load(s.cell + at, n) + sigmoid(sums[r][0]) * hyperbolicTangent(sums[r][3]);
    store(s.nextCell + at, next, n);
    store(s.nextHidden + at, sigmoid(sums[r][2]) * hyperbolicTangent(next), n);
  }
}

void lstmStep(const Team& team, const LstmStep& s) {
  const int64_t panels = gateColumns(s.H).panels, K = s.D + s.H, tiles = ceilDiv(s.B, ROWS);
  const Range mine = share(team, panels * tiles);
  for (int64_t i = mine.from; i < mine.to; i++) {
    const Range at = tileRows(s.B, i % tiles);
    const int64_t p = i / tiles;
    FOR_ROWS(at.to - at.from, stepTile, s, at.from, p, s.packed + p * K * WIDTH, s.packed + (panels * K + p) * WIDTH)
  }
}

// ---- A time step of a whole model

int64_t packedOutputSize(int64_t H, int64_t V) { return plainColumns(V).panels * H * WIDTH; }

void packOutput(const Team& team, const float* weight, bool transpose, int64_t H, int64_t V, float* packed) {
  pack(team, weight, transpose ? H : V, transpose, 0, H, plainColumns(V), packed);
}

template <int R>
void outputTile(const ModelStep& s, const float* hidden, const float* direct, int64_t row, int64_t p, const float* panels) {
  vec sums[R][4] = {};
  multiply<R>(sums, hidden + row * s.H, s.H, panels + p * s.H * WIDTH, s.H);
  if (s.D > 0) multiply<R>(sums, direct + row * s.D, s.D, panels + packedOutputSize(s.H, s.V) + p * s.D * WIDTH, s.D);
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) {
#pragma GCC unroll 4
    for (int j = 0; j < 4; j++) {
      const int64_t column = p * WIDTH + j * LANES, n = s.V - column;
      store(s.logits + (row + r) * s.V + column, sums[r][j] + load(s.outputBias + column, n), n);
    }
  }
}

void modelStep(const Team& team, const ModelStep& s, float* space) {
  const int64_t state = s.B * s.H, layer = packedLstmSize(s.H, s.H), tiles = ceilDiv(s.B, ROWS);
  const Range rows = share(team, s.B);
  float* direct = space + state; // (B, D)
  for (int64_t row = rows.from; row < rows.to; row++) {
    const float* from = s.embedding + s.ids[row] * s.H;
    const int32_t* at = s.rows + row * s.K;
    sumOfRows(s.conditions, at, s.K, s.H,
        [&](int64_t i, vec sum) { store(space + row * s.H + i, load(from + i, s.H - i) + sum, s.H - i); });
    sumOfRows(s.direct, at, s.K, s.D, [&](int64_t i, vec sum) {
      const vec unit = load(s.directBias + i, s.D - i) + sum;
      store(direct + row * s.D + i, unit > splat(0) ? unit : splat(0), s.D - i);
    });
  }
  meet(team);
  const float* x = space;
  for (int64_t l = 0; l < s.layers; l++) {
    const float* before = s.states + 2 * l * state;
    float* after = s.nextStates + 2 * l * state;
    lstmStep(team, {s.B, s.H, s.H, s.packed + l * layer, x, before, before + state, after, after + state});
    meet(team);
    x = after;
  }
  const Range mine = share(team, plainColumns(s.V).panels * tiles);
  for (int64_t i = mine.from; i < mine.to; i++) {
    const Range at = tileRows(s.B, i % tiles);
    FOR_ROWS(at.to - at.from, outputTile, s, x, direct, at.from, i / tiles, s.packed + s.layers * layer)
  }
}

#endif

// ---- A layer's backward pass

/** Where the parts of the working space of a backward pass begin. */
struct BackwardSpace {
  word* panels;   // of the transposed recurrent map, later of each product
  float* dSum;    // (T·B, 4H): gradient of the pre-activations
  float* dBelow;  // (T·B, 4H): gradient of what the input map gave each row; dSum itself without dropout
  float* dMapped; // (R, 4H): gradient of what the input map put out; dBelow itself without ids
  word* dSumNow;  // (B, 4H) of one time step in words that are not floats
};

INLINE MatMul toInput(const LstmBackward& b, const float* dMapped) {
  const LstmForward& f = b.forward;
  return {f.R, 4 * f.H, f.D, dMapped, false, f.inputWeight, true, b.dx, false};
}

INLINE MatMul toInputWeight(const LstmBackward& b, const float* dMapped) {
  const LstmForward& f = b.forward;
  return {f.D, f.R, 4 * f.H, f.x, true, dMapped, false, b.dInputWeight, false};
}

/** `rows` rows of hidden states against as many of dSum. */
INLINE MatMul toRecurrentWeight(const LstmBackward& b, const float* hiddens, const float* dSum, int64_t rows, bool add) {
  const int64_t H = b.forward.H;
  return {H, rows, 4 * H, hiddens, true, dSum, false, b.dRecurrentWeight, add};
}

BackwardSpace divide(const LstmBackward& b, float* space) {
  const LstmForward& f = b.forward;
  const int64_t sums = f.T * f.B * 4 * f.H, K = wordCount(4 * f.H);
  const int64_t panels = max(max(matMulSpace(toInput(b, nullptr)), matMulSpace(toInputWeight(b, nullptr))),
      max(matMulSpace(toRecurrentWeight(b, nullptr, nullptr, f.T * f.B, true)), plainColumns(f.H).panels * K * WIDTH));
  float* dSum = space + panels;
  float* dBelow = f.inputDropout.threshold ? dSum + sums : dSum;
  float* dMapped = f.ids ? dBelow + sums : dBelow;
  return {(word*)space, dSum, dBelow, dMapped, (word*)(dMapped + (f.ids ? f.R * 4 * f.H : sums))};
}

int64_t lstmBackwardSpace(const LstmBackward& b) {
  return (float*)divide(b, nowhere).dSumNow - nowhere + copiedWords(b.forward.B, 4 * b.forward.H);
}

/** Adds to n numbers. */
INLINE void addTo(float* to, vec v, int64_t n) { store(to, load(to, n) + v, n); }

/** Gradients of the pre-activations of LANES units of one row at time step t. */
INLINE void backwardGates(const LstmBackward& b, const BackwardSpace& s, int64_t t, int64_t row, int64_t unit) {
  const LstmForward& f = b.forward;
  const int64_t H = f.H, n = min(H - unit, LANES);
  const float* cells = t == 0 ? f.cell : f.cells + (t - 1) * f.B * H; // (B, H) that came in
  const int64_t at = row * H + unit, atT = (t * f.B + row) * H + unit, atGates = (t * f.B + row) * 4 * H + unit;
  const vec input = load(f.gates + atGates, n), forget = load(f.gates + atGates + H, n);
  const vec output = load(f.gates + atGates + 2 * H, n), candidate = load(f.gates + atGates + 3 * H, n);
  const vec squashed = hyperbolicTangent(load(f.cells + atT, n));
  const vec dHidden = load(b.dHiddens + atT, n) + load(b.dHidden + at, n);
  const vec dCell = load(b.dCell + at, n) + dHidden * output * (1.0f - squashed * squashed);
  vec mask = splat(1.0f);
  if (f.recurrentDropout.threshold) mask = dropoutMask(f.recurrentDropout, t * f.B + row, H, unit);
  const vec dSums[4] = {
      dCell * candidate * mask * input * (1.0f - input),
      dCell * load(cells + at, n) * forget * (1.0f - forget),
      dHidden * squashed * output * (1.0f - output),
      dCell * input * mask * (1.0f - candidate * candidate),
  };
  store(b.dCell + at, dCell * forget, n);
  for (int g = 0; g < 4; g++) {
    store(s.dSum + atGates + g * H, dSums[g], n);
    if (PER_WORD > 1) storeWords(s.dSumNow + row * wordCount(4 * H), g * H + unit, dSums[g], n);
    addTo(b.dRecurrentBias + g * H + unit, dSums[g], n);
    vec below = dSums[g];
    if (f.inputDropout.threshold) {
      below *= dropoutMask(f.inputDropout, t * f.B + row, 4 * H, g * H + unit);
      store(s.dBelow + atGates + g * H, below, n);
    }
    addTo(b.dInputBias + g * H + unit, below, n);
  }
}

/** Adds up the rows of dBelow (T·B, 4H) that belong to the same row of x. */
void gatherByToken(const Team& team, const LstmForward& f, const float* dBelow, float* dMapped) {
  const Range mine = share(team, ceilDiv(4 * f.H, LANES));
  const int64_t from = mine.from * LANES, to = min(mine.to * LANES, 4 * f.H);
  for (int64_t row = 0; row < f.R; row++) {
    for (int64_t i = from; i < to; i += LANES) store(dMapped + row * 4 * f.H + i, splat(0), to - i);
  }
  for (int64_t n = 0; n < f.T * f.B; n++) {
    float* row = dMapped + f.ids[n] * 4 * f.H;
    for (int64_t i = from; i < to; i += LANES) addTo(row + i, load(dBelow + n * 4 * f.H + i, to - i), to - i);
  }
}

void lstmBackward(const Team& team, const LstmBackward& b, float* space) {
  const LstmForward& f = b.forward;
  const BackwardSpace s = divide(b, space);
  const int64_t H = f.H, blocks = ceilDiv(H, LANES), K = wordCount(4 * H);
  const Columns columns = plainColumns(H);
  pack(team, f.recurrentWeight, 4 * H, true, 0, 4 * H, columns, s.panels);
  const Range mine = share(team, blocks);
  for (int64_t unit = mine.from * LANES; unit < min(mine.to * LANES, H); unit++) {
    for (int64_t row = 0; row < f.B; row++) {
      const int64_t at = row * H + unit;
      b.dHidden[at] = 0;
      b.dCell[at] = b.dLastCell ? b.dLastCell[at] : 0;
    }
    for (int g = 0; g < 4; g++) b.dInputBias[g * H + unit] = b.dRecurrentBias[g * H + unit] = 0;
  }
  const int64_t tiles = ceilDiv(f.B, ROWS);
  const Range mineOfTiles = share(team, columns.panels * tiles);
  for (int64_t t = f.T - 1; t >= 0; t--) {
    for (int64_t row = 0; row < f.B; row++) {
      for (int64_t block = mine.from; block < mine.to; block++) backwardGates(b, s, t, row, block * LANES);
    }
    meet(team);
    for (int64_t i = mineOfTiles.from; i < mineOfTiles.to; i++) {
      const Range at = tileRows(f.B, i % tiles);
      const int64_t p = i / tiles;
      const word* dSum = PER_WORD == 1 ? (const word*)s.dSum + t * f.B * 4 * H : s.dSumNow; // (B, 4H)
      FOR_ROWS(at.to - at.from, matMulTile, dSum + at.from * K, K, s.panels + p * K * WIDTH, K, b.dHidden + at.from * H + p * WIDTH, H, H - p * WIDTH, false)
    }
    meet(team);
  }
  if (f.ids) {
    gatherByToken(team, f, s.dBelow, s.dMapped);
    meet(team);
  }
  matMul(team, toInput(b, s.dMapped), space);
  matMul(team, toInputWeight(b, s.dMapped), space);
  matMul(team, toRecurrentWeight(b, f.hidden, s.dSum, f.B, false), space);
  if (f.T > 1) matMul(team, toRecurrentWeight(b, f.hiddens, s.dSum + f.B * 4 * H, (f.T - 1) * f.B, true), space);
}

// ---- Loss

/** One row: its loss, and the gradient of the mean of all that count. */
float crossEntropyRow(const CrossEntropy& c, int64_t row) {
  const float* logits = c.logits + row * c.V;
  float* d = c.dLogits + row * c.V;
  if (c.targets[row] < 0) {
    for (int64_t v = 0; v < c.V; v += LANES) store(d + v, splat(0), min(c.V - v, LANES));
    return 0;
  }
  vec highest = splat(-3e38f);
  for (int64_t v = 0; v < c.V; v += LANES) {
    const int64_t n = min(c.V - v, LANES);
    const vec logit = load(logits + v, n) + load(c.bias + v, n);
    store(d + v, logit, n);
    if (n == LANES) highest = logit > highest ? logit : highest;
    for (int64_t i = 0; n < LANES && i < n; i++) highest[i] = logit[i] > highest[i] ? logit[i] : highest[i];
  }
  float top = highest[0];
  for (int i = 1; i < LANES; i++) top = highest[i] > top ? highest[i] : top;
  const float ofTarget = d[c.targets[row]] - top;
  vec sums = {};
  for (int64_t v = 0; v < c.V; v += LANES) {
    const int64_t n = min(c.V - v, LANES);
    const vec power = exponential(load(d + v, n) - top);
    store(d + v, power, n);
    if (n == LANES) sums += power;
    for (int64_t i = 0; n < LANES && i < n; i++) sums[i] += power[i];
  }
  float sum = 0;
  for (int i = 0; i < LANES; i++) sum += sums[i];
  const float count = (float)c.counted, scale = 1 / (sum * count), spread = c.smoothing / ((float)c.V * count);
  for (int64_t v = 0; v < c.V; v += LANES) {
    const int64_t n = min(c.V - v, LANES);
    store(d + v, load(d + v, n) * scale - spread, n);
  }
  d[c.targets[row]] -= (1 - c.smoothing) / count;
  // Not a number comes out as such, and not as the highest of the others.
  return __builtin_logf(sum) - ofTarget;
}

void crossEntropy(const Team& team, const CrossEntropy& c, float* losses) {
  const Range rows = share(team, c.N);
  for (int64_t row = rows.from; row < rows.to; row++) losses[row] = crossEntropyRow(c, row);
  meet(team);
  const Range mine = share(team, ceilDiv(c.V, LANES));
  for (int64_t block = mine.from; block < mine.to; block++) {
    const int64_t v = block * LANES, n = min(c.V - v, LANES);
    vec sum = {};
    for (int64_t row = 0; row < c.N; row++) sum += load(c.dLogits + row * c.V + v, n);
    store(c.dBias + v, sum, n);
  }
  if (team.thread > 0) return;
  double total = 0;
  for (int64_t row = 0; row < c.N; row++) total += losses[row];
  *c.loss = (float)(total / (double)c.counted);
}

// ---- Adam

INLINE vec root(vec x) {
  vec y;
  for (int i = 0; i < LANES; i++) y[i] = __builtin_sqrtf(x[i]);
  return y;
}

void adam(const Team& team, const Adam& a) {
  const Range blocks = share(team, ceilDiv(a.n, LANES));
  for (int64_t at = blocks.from * LANES; at < min(blocks.to * LANES, a.n); at += LANES) {
    const int64_t n = min(a.n - at, LANES);
    const vec gradient = load(a.gradients + at, n) * a.clipScale;
    const vec mean = load(a.means + at, n) * a.beta1 + gradient * (1.0f - a.beta1);
    const vec square = load(a.squares + at, n) * a.beta2 + gradient * gradient * (1.0f - a.beta2);
    store(a.newMeans + at, mean, n);
    store(a.newSquares + at, square, n);
    store(a.newWeights + at, load(a.weights + at, n) * a.decay - mean * a.rate / (root(square) + a.epsilon), n);
  }
}

bool runsHere() {
#if defined(BFLOAT16)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bf16");
#elif defined(__AVX512F__)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl");
#elif defined(__AVX2__)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return true;
#endif
}

} // namespace

#if defined(BFLOAT16)
const Kernels KERNELS = {TEXT(KERNELS), LANES, runsHere, matMulSpace, matMul, lstmForwardSpace, lstmForward, lstmBackwardSpace,
    lstmBackward, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, sumRows, sumRowsBackward, drop, crossEntropy, adam};
#else
const Kernels KERNELS = {TEXT(KERNELS), LANES, runsHere, matMulSpace, matMul, lstmForwardSpace, lstmForward, lstmBackwardSpace,
    lstmBackward, packedLstmSize, packLstm, lstmStep, packedOutputSize, packOutput, modelStep, sumRows, sumRowsBackward, drop, crossEntropy, adam};
#endif

} // namespace etude
