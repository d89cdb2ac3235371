// What the kernels compute, without TensorFlow: ops.cc makes TensorFlow operations of it, kernels_test.cc tests it.
//
// Shapes: T time steps, B rows of a batch, H units, V tokens. Matrices are row-major.
// Gate order on axes of 4H: input, forget, output, candidate.
#pragma once
#include <cstdint>

namespace etude {

/** Where the threads of a team meet. */
struct Barrier {
  int arrived;
  /** grows each time that all have met */
  int generation;
};

/** One thread of those that run the same kernel side by side. A result does not depend on how many they are. */
struct Team {
  int thread;
  int threads;
  Barrier* barrier;
};

/** Returns when all threads of the team have called it. Defined in crew.h. */
void meet(const Team& team);

/** Elements of a matrix (T·B, 4H) that are dropped: a keyed hash of an element's index, so that nothing is stored. */
struct Dropout {
  uint32_t key[2];
  /** an element is dropped where its hash is below: rate · 2³² */
  uint32_t threshold;
  /** 1 / (1 - rate) */
  float scale;
  /** rows after which the same elements are dropped again: B for one mask at all time steps; 0 for never */
  uint32_t period;
};

/** C (M, N) = or += A (M, K) · B (K, N) */
struct MatMul {
  int64_t M, K, N;
  const float* A; // (M, K), or (K, M) where transposed
  bool transposeA;
  const float* B; // (K, N), or (N, K) where transposed
  bool transposeB;
  float* C;
  bool add;
};

/**
 * A layer over T time steps. The input map of all of them is one product. Where the input is the embedding of tokens,
 * x is the embedding itself and `ids` says which of its rows each row of the input is: with fewer tokens than rows,
 * mapping every token once is less work.
 */
struct LstmForward {
  int64_t T, B, D, H;           // D: width of the input
  int64_t R;                    // rows of x: T·B without ids
  const float* x;               // (R, D)
  const int32_t* ids;           // (T·B), each below R; null where row n of the input is row n of x
  const float* inputWeight;     // (D, 4H)
  const float* inputBias;       // (4H)
  const float* recurrentWeight; // (H, 4H)
  const float* recurrentBias;   // (4H)
  const float* hidden;          // (B, H) that comes in
  const float* cell;            // (B, H) that comes in
  Dropout inputDropout;         // of what the input map puts out
  Dropout recurrentDropout;     // of the candidate (Semeniuta et al. 2016); its matrix is (T·B, H)
  float* hiddens;               // (T·B, H)
  float* cells;                 // (T·B, H)
  float* gates;                 // (T·B, 4H), after sigmoid and tanh
};

/** The gradients of everything that came in. */
struct LstmBackward {
  LstmForward forward;
  const float* dHiddens;   // (T·B, H)
  const float* dLastCell;  // (B, H), or null for none
  float* dx;               // (R, D)
  float* dInputWeight;     // (D, 4H)
  float* dInputBias;       // (4H)
  float* dRecurrentWeight; // (H, 4H)
  float* dRecurrentBias;   // (4H)
  float* dHidden;          // (B, H)
  float* dCell;            // (B, H)
};

/** One time step of a layer whose weights are packed: reads each of them once. */
struct LstmStep {
  int64_t B, D, H;
  const float* packed; // by packLstm
  const float* x;      // (B, D)
  const float* hidden; // (B, H)
  const float* cell;   // (B, H)
  float* nextHidden;   // (B, H)
  float* nextCell;     // (B, H)
};

/**
 * Sums of rows of a table (S, W): for each of N the K rows that `rows` (N, K) names, each below S. Backward the gradient of the table, of which a
 * row gets the gradients of all sums that it is in.
 */
struct RowSums {
  int64_t N, K, S, W;
  const int32_t* rows;
  const float* from; // (S, W), backward (N, W)
  float* to;         // (N, W), backward (S, W)
};

/** A matrix of which elements are dropped, and the others scaled. */
struct Dropped {
  int64_t N, W;
  const float* x; // (N, W)
  Dropout dropout;
  float* to; // (N, W)
};

/**
 * One time step of a whole model: embedding, layers of H units one on top of the other, output map. The packed weights of all layers stand one
 * after the other, each as packLstm makes it, and behind them those of the output map and of the map from D direct units, as packOutput makes them.
 * K conditions of each row are added to the embedding, and go through the direct units; none where K is 0.
 */
struct ModelStep {
  int64_t B, H, V, layers, K, D;
  const float* embedding;  // (V, H)
  const int32_t* ids;      // (B), each below V
  const int32_t* rows;     // (B, K), each below S
  const float* conditions; // (S, H)
  const float* direct;     // (S, D)
  const float* directBias; // (D)
  const float* packed;
  const float* outputBias; // (V)
  const float* states;     // (layers, 2, B, H): hidden and cell state of each layer
  float* nextStates;       // (layers, 2, B, H)
  float* logits;           // (B, V)
};

/**
 * Softmax cross entropy of logits (N, V) and a bias (V) against N targets, and the gradients of its mean. A target below 0
 * counts for nothing.
 */
struct CrossEntropy {
  int64_t N, V;
  const float* logits;
  const float* bias;
  const int32_t* targets; // (N), each below V
  int64_t counted;        // how many of them are not below 0
  float smoothing;        // share of a target that is spread over all tokens, for the gradients
  float* loss;            // one number: the mean over the rows that count
  float* dLogits;         // (N, V)
  float* dBias;           // (V)
};

/** Adam (Kingma and Ba 2015, algorithm 1) with decoupled weight decay (Loshchilov and Hutter 2019) on n weights. */
struct Adam {
  int64_t n;
  const float *weights, *means, *squares, *gradients;
  float *newWeights, *newMeans, *newSquares;
  float rate;      // learning rate with the bias correction of both moments
  float clipScale; // what the gradients are multiplied with
  float decay;     // what is left of a weight, 1 for no decay
  float beta1, beta2, epsilon;
};

/** The kernels as compiled for one instruction set; without steps where they are of bfloat16. All threads of a team call one with the same arguments. */
struct Kernels {
  const char* name;
  int lanes; // floats of a vector register
  bool (*runsHere)();
  int64_t (*matMulSpace)(const MatMul&); // floats of working space, which begins at a multiple of 64 bytes
  void (*matMul)(const Team&, const MatMul&, float* space);
  int64_t (*lstmForwardSpace)(const LstmForward&);
  void (*lstmForward)(const Team&, const LstmForward&, float* space);
  int64_t (*lstmBackwardSpace)(const LstmBackward&);
  void (*lstmBackward)(const Team&, const LstmBackward&, float* space);
  int64_t (*packedLstmSize)(int64_t D, int64_t H); // floats
  void (*packLstm)(const Team&, const LstmForward&, float* packed);
  void (*lstmStep)(const Team&, const LstmStep&);
  int64_t (*packedOutputSize)(int64_t H, int64_t V); // floats
  /** the weight is (H, V), or (V, H) where transposed */
  void (*packOutput)(const Team&, const float* weight, bool transpose, int64_t H, int64_t V, float* packed);
  void (*modelStep)(const Team&, const ModelStep&, float* space); // B·(H + D) floats of working space
  void (*sumRows)(const Team&, const RowSums&);
  void (*sumRowsBackward)(const Team&, const RowSums&);
  void (*drop)(const Team&, const Dropped&);
  void (*crossEntropy)(const Team&, const CrossEntropy&, float* space); // N floats of working space
  void (*adam)(const Team&, const Adam&);
};

extern const Kernels plainKernels;
extern const Kernels avx2Kernels;
extern const Kernels avx512Kernels;
extern const Kernels bfloat16Kernels; // AVX-512 with its bfloat16 products

} // namespace etude
