// The kernels as TensorFlow operations, through TensorFlow's stable C API. Loading this library registers them.
#include "crew.h"
#include "kernels.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <vector>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_tensor.h"

using namespace etude;

namespace {

const Kernels& kernels() {
  static const Kernels& chosen = []() -> const Kernels& {
#if defined(ETUDE_X86)
    const char* most = std::getenv("ETUDE_INSTRUCTIONS"); // avx512, avx2 or plain: for tests and comparisons
    const bool plain = most && !std::strcmp(most, "plain"), avx2 = most && !std::strcmp(most, "avx2");
    if (!plain && !avx2 && avx512Kernels.runsHere()) return avx512Kernels;
    if (!plain && avx2Kernels.runsHere()) return avx2Kernels;
#endif
    return plainKernels;
  }();
  return chosen;
}

bool hasBfloat16() {
#if defined(ETUDE_X86)
  return bfloat16Kernels.runsHere();
#else
  return false;
#endif
}

// ---- Threads

/** Never taken down: its threads may still wait when the process ends. */
Crew& crew() {
  static Crew* only = new Crew;
  return *only;
}

/** What operations compute on at most, whatever they were created with. */
std::atomic<int> mostThreads{1 << 10};

/**
 * Working space, kept from one operation to the next so that the system need not clear new pages each time.
 * @return null where there is not enough memory
 */
float* workingSpace(int64_t floats) {
  static float* space = nullptr;
  static int64_t size = 0;
  if (floats > size || !space) {
    std::free(space);
    size = floats / 16 * 16 + 16;
    space = static_cast<float*>(std::aligned_alloc(64, size * sizeof(float)));
    if (!space) size = 0;
  }
  return space;
}

// ---- TensorFlow's doors

/** What an operation was created with. */
struct Attributes {
  int threads = 1;
  bool bfloat16 = false;
  bool transposeA = false;
  bool transposeB = false;
  bool besideOthers = false;
};

/** One call of an operation. Tensors are given back when it goes. */
class Call {
 public:
  Call(void* attributes, TF_OpKernelContext* context)
      : attributes(*static_cast<Attributes*>(attributes)), context_(context), status_(TF_NewStatus()) {}
  ~Call() {
    if (TF_GetCode(status_) != TF_OK) TF_OpKernelContext_Failure(context_, status_);
    for (TF_Tensor* tensor : tensors_) TF_DeleteTensor(tensor);
    TF_DeleteStatus(status_);
  }

  int64_t dimension(int input, int axis) { return TF_Dim(tensor(input), axis); }
  std::vector<int64_t> shape(int input) {
    std::vector<int64_t> dimensions;
    for (int axis = 0; axis < TF_NumDims(tensor(input)); axis++) dimensions.push_back(dimension(input, axis));
    return dimensions;
  }
  int64_t size(int input) { return TF_TensorElementCount(tensor(input)); }
  template <typename Element = float>
  const Element* in(int input) {
    return static_cast<const Element*>(TF_TensorData(tensor(input)));
  }
  float* out(int output, const std::vector<int64_t>& shape) {
    int64_t count = 1;
    for (const int64_t n : shape) count *= n;
    if (!ok()) return nullptr; // and what was wrong is not forgotten for a later success
    TF_Tensor* made = TF_AllocateOutput(
        context_, output, TF_FLOAT, shape.data(), (int)shape.size(), count * sizeof(float), status_);
    if (!made) return nullptr;
    tensors_.push_back(made);
    return static_cast<float*>(TF_TensorData(made));
  }
  /** Working space; null where the operation has failed, for want of memory or before. */
  float* space(int64_t floats) {
    float* made = ok() ? workingSpace(floats) : nullptr;
    if (!made && ok()) TF_SetStatus(status_, TF_RESOURCE_EXHAUSTED, "out of memory: no working space for a kernel");
    return made;
  }
  bool ok() const { return TF_GetCode(status_) == TF_OK; }
  void expect(bool condition, const char* what) {
    if (!condition && ok()) TF_SetStatus(status_, TF_INVALID_ARGUMENT, what);
  }
  /**
   * Runs a kernel on as many threads as are worth it.
   * @param effort multiplications between two meetings of all threads: one more thread for each 200,000, about 4 µs
   */
  void run(int64_t effort, const std::function<void(const Team&)>& work) {
    const int64_t worthIt = 1 + effort / 200000;
    crew().run((int)std::min<int64_t>({worthIt, attributes.threads, mostThreads.load()}), work);
  }

  /** The kernels for products of the precision that was asked for. */
  const Kernels& products() const {
#if defined(ETUDE_X86)
    if (attributes.bfloat16) return bfloat16Kernels;
#endif
    return kernels();
  }

  const Attributes& attributes;

 private:
  TF_Tensor* tensor(int input) {
    if ((int)inputs_.size() <= input) inputs_.resize(input + 1);
    if (!inputs_[input]) {
      TF_Status* status = TF_NewStatus(); // its number is right by the operation's definition
      TF_GetInput(context_, input, &inputs_[input], status);
      TF_DeleteStatus(status);
      tensors_.push_back(inputs_[input]);
    }
    return inputs_[input];
  }

  TF_OpKernelContext* context_;
  TF_Status* status_;
  std::vector<TF_Tensor*> inputs_;
  std::vector<TF_Tensor*> tensors_;
};

// ---- The operations

void expectRows(Call& call, const int32_t* rows, int64_t count, int64_t S) {
  for (int64_t i = 0; call.ok() && i < count; i++) {
    call.expect(rows[i] >= 0 && rows[i] < S, "a condition is not in the table");
  }
}

void matMul(void* attributes, TF_OpKernelContext* context) {
  Call call(attributes, context);
  const bool ta = call.attributes.transposeA, tb = call.attributes.transposeB;
  MatMul m{};
  m.M = call.dimension(0, ta), m.K = call.dimension(0, !ta), m.N = call.dimension(1, !tb);
  call.expect(call.dimension(1, tb) == m.K, "EtudeMatMul: the inner dimensions differ");
  m.A = call.in(0), m.transposeA = ta, m.B = call.in(1), m.transposeB = tb;
  m.C = call.out(0, {m.M, m.N});
  float* space = call.space(call.products().matMulSpace(m));
  if (!space) return;
  call.run(m.M * m.K * m.N, [&](const Team& team) { call.products().matMul(team, m, space); });
}

/** Of each place two keys, rate · 2³² and period (4). */
Dropout dropoutOf(const int32_t* from) {
  Dropout d;
  std::memcpy(d.key, from, sizeof d.key);
  d.threshold = (uint32_t)from[2];
  d.scale = (float)(1 / (1 - d.threshold / 4294967296.0));
  d.period = (uint32_t)from[3];
  return d;
}

/** Inputs 0 to 8, which forward and backward pass have in common: x, ids, weights, hidden and cell state, dropout. */
LstmForward layerOf(Call& call) {
  LstmForward f{};
  f.B = call.dimension(6, 0), f.H = call.dimension(6, 1), f.R = call.dimension(0, 0), f.D = call.dimension(0, 1);
  f.x = call.in(0);
  f.ids = call.size(1) == 0 ? nullptr : call.in<int32_t>(1);
  const int64_t rows = f.ids ? call.size(1) : f.R;
  f.inputWeight = call.in(2), f.inputBias = call.in(3);
  f.recurrentWeight = call.in(4), f.recurrentBias = call.in(5), f.hidden = call.in(6), f.cell = call.in(7);
  f.T = f.B > 0 ? rows / f.B : 0;
  call.expect(f.T > 0 && f.T * f.B == rows, "EtudeLstm: the rows of the input are no multiple of the batch");
  call.expect(call.size(2) == f.D * 4 * f.H && call.size(4) == f.H * 4 * f.H && call.size(3) == 4 * f.H &&
          call.size(5) == 4 * f.H && call.size(7) == f.B * f.H && call.size(8) == 8,
      "EtudeLstm: a weight or state has the wrong size");
  for (int64_t n = 0; f.ids && n < rows; n++) {
    call.expect(f.ids[n] >= 0 && f.ids[n] < f.R, "EtudeLstm: a token is not in the embedding");
  }
  if (!call.ok()) return f;
  f.inputDropout = dropoutOf(call.in<int32_t>(8));
  f.recurrentDropout = dropoutOf(call.in<int32_t>(8) + 4);
  return f;
}

void lstmForward(void* attributes, TF_OpKernelContext* context) {
  Call call(attributes, context);
  LstmForward f = layerOf(call);
  if (!call.ok()) return;
  f.hiddens = call.out(0, {f.T * f.B, f.H});
  f.cells = call.out(1, {f.T * f.B, f.H});
  f.gates = call.out(2, {f.T * f.B, 4 * f.H});
  float* space = call.space(call.products().lstmForwardSpace(f));
  if (!space) return;
  call.run(f.B * f.H * 4 * f.H, [&](const Team& team) { call.products().lstmForward(team, f, space); });
}

void lstmBackward(void* attributes, TF_OpKernelContext* context) {
  Call call(attributes, context);
  LstmBackward b{};
  LstmForward& f = b.forward = layerOf(call);
  if (!call.ok()) return;
  // The forward kernel wrote these; this one only reads them.
  f.hiddens = const_cast<float*>(call.in(9));
  f.cells = const_cast<float*>(call.in(10));
  f.gates = const_cast<float*>(call.in(11));
  b.dHiddens = call.in(12);
  b.dLastCell = call.size(13) == 0 ? nullptr : call.in(13);
  const int64_t N = f.T * f.B;
  call.expect(call.size(9) == N * f.H && call.size(10) == N * f.H && call.size(11) == N * 4 * f.H &&
          call.size(12) == N * f.H && (!b.dLastCell || call.size(13) == f.B * f.H),
      "EtudeLstmBackward: a tensor of the forward pass has the wrong size");
  b.dx = call.out(0, {f.R, f.D});
  b.dInputWeight = call.out(1, {f.D, 4 * f.H});
  b.dInputBias = call.out(2, {4 * f.H});
  b.dRecurrentWeight = call.out(3, {f.H, 4 * f.H});
  b.dRecurrentBias = call.out(4, {4 * f.H});
  b.dHidden = call.out(5, {f.B, f.H});
  b.dCell = call.out(6, {f.B, f.H});
  float* space = call.space(call.products().lstmBackwardSpace(b));
  if (!space) return;
  call.run(f.B * f.H * 4 * f.H, [&](const Team& team) { call.products().lstmBackward(team, b, space); });
}

void packLstm(void* attributes, TF_OpKernelContext* context) {
  Call call(attributes, context);
  LstmForward f{};
  f.D = call.dimension(0, 0), f.H = call.dimension(2, 0);
  f.inputWeight = call.in(0), f.inputBias = call.in(1), f.recurrentWeight = call.in(2), f.recurrentBias = call.in(3);
  call.expect(call.size(0) == f.D * 4 * f.H && call.size(1) == 4 * f.H && call.size(2) == f.H * 4 * f.H &&
          call.size(3) == 4 * f.H, "EtudePackLstm: a weight has the wrong size");
  float* packed = call.out(0, {kernels().packedLstmSize(f.D, f.H)});
  if (!call.ok()) return;
  call.run(call.size(0) + call.size(2), [&](const Team& team) { kernels().packLstm(team, f, packed); });
}

void lstmStep(void* attributes, TF_OpKernelContext* context) {
  Call call(attributes, context);
  LstmStep s{};
  s.packed = call.in(0), s.x = call.in(1), s.hidden = call.in(2), s.cell = call.in(3);
  s.B = call.dimension(1, 0), s.D = call.dimension(1, 1), s.H = call.dimension(2, 1);
  call.expect(call.size(0) == kernels().packedLstmSize(s.D, s.H) && call.size(2) == s.B * s.H &&
          call.size(3) == s.B * s.H, "EtudeLstmStep: weights or state have the wrong size");
  s.nextHidden = call.out(0, {s.B, s.H});
  s.nextCell = call.out(1, {s.B, s.H});
  if (!call.ok()) return;
  call.run((s.D + s.H) * 4 * s.H * s.B, [&](const Team& team) { kernels().lstmStep(team, s); });
}

void packOutput(void* attributes, TF_OpKernelContext* context) {
  Call call(attributes, context);
  const bool transpose = call.attributes.transposeB;
  const int64_t H = call.dimension(0, transpose), V = call.dimension(0, !transpose);
  const float* weight = call.in(0);
  float* packed = call.out(0, {kernels().packedOutputSize(H, V)});
  if (!call.ok()) return;
  call.run(H * V, [&](const Team& team) { kernels().packOutput(team, weight, transpose, H, V, packed); });
}

/** Inputs: ids, embedding, packed, output bias, states, then of conditions: rows (B, K), table, table of the direct units, their bias; K may be 0. */
void modelStep(void* attributes, TF_OpKernelContext* context) {
  Call call(attributes, context);
  ModelStep s{};
  s.B = call.size(0), s.V = call.dimension(1, 0), s.H = call.dimension(1, 1), s.layers = call.dimension(4, 0);
  s.ids = call.in<int32_t>(0), s.embedding = call.in(1), s.packed = call.in(2);
  s.outputBias = call.in(3), s.states = call.in(4);
  s.K = call.dimension(5, 1), s.D = call.size(8);
  s.rows = call.in<int32_t>(5), s.conditions = call.in(6), s.direct = call.in(7), s.directBias = call.in(8);
  const int64_t S = call.dimension(6, 0);
  const int64_t packed = s.layers * kernels().packedLstmSize(s.H, s.H) + kernels().packedOutputSize(s.H, s.V) +
      kernels().packedOutputSize(s.D, s.V);
  call.expect(call.size(2) == packed && call.size(3) == s.V && call.size(4) == s.layers * 2 * s.B * s.H &&
          call.size(5) == s.B * s.K && call.size(6) == S * s.H && call.size(7) == S * s.D,
      "EtudeModelStep: weights, states or conditions have the wrong size");
  for (int64_t row = 0; call.ok() && row < s.B; row++) {
    call.expect(s.ids[row] >= 0 && s.ids[row] < s.V, "EtudeModelStep: a token is not in the vocabulary");
  }
  expectRows(call, s.rows, call.ok() ? s.B * s.K : 0, S);
  s.logits = call.out(0, {s.B, s.V});
  s.nextStates = call.out(1, call.shape(4));
  float* space = call.space(s.B * (s.H + s.D));
  if (!space) return;
  call.run(8 * s.H * s.H * s.B, [&](const Team& team) { kernels().modelStep(team, s, space); });
}

/** Inputs: table (S, W), rows (N, K). */
void sumRows(void* attributes, TF_OpKernelContext* context) {
  Call call(attributes, context);
  RowSums r{};
  r.S = call.dimension(0, 0), r.W = call.dimension(0, 1), r.N = call.dimension(1, 0), r.K = call.dimension(1, 1);
  r.from = call.in(0), r.rows = call.in<int32_t>(1);
  expectRows(call, r.rows, r.N * r.K, r.S);
  r.to = call.out(0, {r.N, r.W});
  if (!call.ok()) return;
  call.run(r.N * r.K * r.W, [&](const Team& team) { kernels().sumRows(team, r); });
}

/** Inputs: table (S, W), of which only the shape counts, rows (N, K), gradient of the sums (N, W). */
void sumRowsBackward(void* attributes, TF_OpKernelContext* context) {
  Call call(attributes, context);
  RowSums r{};
  r.S = call.dimension(0, 0), r.W = call.dimension(0, 1), r.N = call.dimension(1, 0), r.K = call.dimension(1, 1);
  r.rows = call.in<int32_t>(1), r.from = call.in(2);
  call.expect(call.size(2) == r.N * r.W, "EtudeSumRowsBackward: the gradient has the wrong size");
  expectRows(call, r.rows, r.N * r.K, r.S);
  r.to = call.out(0, {r.S, r.W});
  if (!call.ok()) return;
  call.run(r.N * r.K * r.W, [&](const Team& team) { kernels().sumRowsBackward(team, r); });
}

/** `dropout` (4): two keys, rate · 2³² and period. */
void drop(void* attributes, TF_OpKernelContext* context) {
  Call call(attributes, context);
  Dropped d{};
  d.N = call.dimension(0, 0), d.W = call.dimension(0, 1);
  call.expect(call.size(1) == 4, "EtudeDrop: the dropout has the wrong size");
  if (!call.ok()) return;
  d.x = call.in(0), d.dropout = dropoutOf(call.in<int32_t>(1));
  d.to = call.out(0, {d.N, d.W});
  if (!call.ok()) return;
  call.run(8 * d.N * d.W, [&](const Team& team) { kernels().drop(team, d); });
}

/** Inputs: logits, bias, targets, and (1): smoothing. */
void crossEntropy(void* attributes, TF_OpKernelContext* context) {
  Call call(attributes, context);
  CrossEntropy c{};
  c.N = call.dimension(0, 0), c.V = call.dimension(0, 1);
  c.logits = call.in(0), c.bias = call.in(1), c.targets = call.in<int32_t>(2);
  call.expect(call.size(1) == c.V && call.size(2) == c.N && call.size(3) == 1, "EtudeCrossEntropy: the sizes differ");
  for (int64_t n = 0; call.ok() && n < c.N; n++) {
    call.expect(c.targets[n] < c.V, "EtudeCrossEntropy: a target is not in the vocabulary");
    if (c.targets[n] >= 0) c.counted++;
  }
  c.loss = call.out(0, {}), c.dLogits = call.out(1, {c.N, c.V}), c.dBias = call.out(2, {c.V});
  if (!call.ok()) return;
  c.smoothing = call.in(3)[0];
  float* space = call.space(c.N);
  if (!space) return;
  call.run(c.N * c.V * 16, [&](const Team& team) { kernels().crossEntropy(team, c, space); });
}

/** Inputs: weights, means, squares, gradients, and (6): rate, clipScale, decay, beta1, beta2, epsilon. */
void adam(void* attributes, TF_OpKernelContext* context) {
  Call call(attributes, context);
  Adam a{};
  a.n = call.size(0);
  call.expect(call.size(1) == a.n && call.size(2) == a.n && call.size(3) == a.n && call.size(4) == 6,
      "EtudeAdam: the sizes differ");
  a.weights = call.in(0), a.means = call.in(1), a.squares = call.in(2), a.gradients = call.in(3);
  const std::vector<int64_t> shape = call.shape(0);
  a.newWeights = call.out(0, shape), a.newMeans = call.out(1, shape), a.newSquares = call.out(2, shape);
  if (!call.ok()) return;
  const float* numbers = call.in(4);
  a.rate = numbers[0], a.clipScale = numbers[1], a.decay = numbers[2];
  a.beta1 = numbers[3], a.beta2 = numbers[4], a.epsilon = numbers[5];
  call.run(8 * a.n, [&](const Team& team) { kernels().adam(team, a); });
}

void useThreads(void* attributes, TF_OpKernelContext* context) {
  Call call(attributes, context);
  mostThreads = call.attributes.threads;
  waiting::besideOthers = call.attributes.besideOthers;
}

/** What this processor has: the lanes of the kernels in use, and 1 where bfloat16 products can be had. */
void instructions(void* attributes, TF_OpKernelContext* context) {
  Call call(attributes, context);
  float* numbers = call.out(0, {2});
  if (!call.ok()) return;
  numbers[0] = (float)kernels().lanes;
  numbers[1] = hasBfloat16();
}

// ---- Registration

bool hasAttribute(TF_OpKernelConstruction* construction, const char* name) {
  TF_Status* status = TF_NewStatus();
  const bool has = TF_OpKernelConstruction_HasAttr(construction, name, status);
  TF_DeleteStatus(status);
  return has;
}

void* create(TF_OpKernelConstruction* construction) {
  auto* attributes = new Attributes;
  TF_Status* status = TF_NewStatus();
  int32_t threads = 1;
  TF_OpKernelConstruction_GetAttrInt32(construction, "threads", &threads, status);
  attributes->threads = threads < 1 ? 1 : threads;
  for (auto [name, to] : {std::pair{"transpose_a", &attributes->transposeA}, {"transpose_b", &attributes->transposeB},
           {"rounded", &attributes->bfloat16}, {"beside_others", &attributes->besideOthers}}) {
    unsigned char value = 0;
    if (!hasAttribute(construction, name)) continue;
    TF_OpKernelConstruction_GetAttrBool(construction, name, &value, status);
    *to = value != 0;
  }
  TF_DeleteStatus(status);
  attributes->bfloat16 = attributes->bfloat16 && hasBfloat16();
  return attributes;
}

void destroy(void* attributes) { delete static_cast<Attributes*>(attributes); }

void registerOperation(
    const char* name, std::vector<const char*> inputs, std::vector<const char*> outputs,
    std::vector<const char*> attributes, void (*compute)(void*, TF_OpKernelContext*)) {
  TF_Status* status = TF_NewStatus();
  TF_OpDefinitionBuilder* definition = TF_NewOpDefinitionBuilder(name);
  for (const char* input : inputs) TF_OpDefinitionBuilderAddInput(definition, input);
  for (const char* output : outputs) TF_OpDefinitionBuilderAddOutput(definition, output);
  for (const char* attribute : attributes) TF_OpDefinitionBuilderAddAttr(definition, attribute);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(definition, TF_ShapeInferenceContextSetUnknownShape);
  TF_RegisterOpDefinition(definition, status);
  if (TF_GetCode(status) == TF_OK) {
    TF_RegisterKernelBuilder(name, TF_NewKernelBuilder(name, "CPU", create, compute, destroy), status);
  }
  if (TF_GetCode(status) != TF_OK) std::fprintf(stderr, "%s: %s\n", name, TF_Message(status));
  TF_DeleteStatus(status);
}

const bool registered = [] {
#if defined(__GLIBC__)
  // Buffers of a step are as large as those of the step before. Given back to the system, each would have to be cleared
  // again page by page.
  mallopt(M_MMAP_THRESHOLD, 1 << 25); // the most that it takes
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
  const char* threads = "threads: int = 1";
  const char* rounded = "rounded: bool = false"; // products of bfloat16
  registerOperation("EtudeMatMul", {"a: float", "b: float"}, {"c: float"},
      {threads, rounded, "transpose_a: bool = false", "transpose_b: bool = false"}, matMul);
  const std::vector<const char*> layer = {"x: float", "ids: int32", "input_weight: float", "input_bias: float",
      "recurrent_weight: float", "recurrent_bias: float", "hidden: float", "cell: float", "dropout: int32"};
  registerOperation("EtudeLstmForward", layer, {"hiddens: float", "cells: float", "gates: float"},
      {threads, rounded}, lstmForward);
  std::vector<const char*> back = layer;
  for (const char* input : {"hiddens: float", "cells: float", "gates: float", "d_hiddens: float", "d_last_cell: float"}) {
    back.push_back(input);
  }
  registerOperation("EtudeLstmBackward", back,
      {"d_x: float", "d_input_weight: float", "d_input_bias: float", "d_recurrent_weight: float",
          "d_recurrent_bias: float", "d_hidden: float", "d_cell: float"},
      {threads, rounded}, lstmBackward);
  registerOperation("EtudePackLstm",
      {"input_weight: float", "input_bias: float", "recurrent_weight: float", "recurrent_bias: float"},
      {"packed: float"}, {threads}, packLstm);
  registerOperation("EtudeLstmStep", {"packed: float", "x: float", "hidden: float", "cell: float"},
      {"next_hidden: float", "next_cell: float"}, {threads}, lstmStep);
  registerOperation("EtudePackOutput", {"weight: float"}, {"packed: float"},
      {threads, "transpose_b: bool = false"}, packOutput);
  registerOperation("EtudeModelStep",
      {"ids: int32", "embedding: float", "packed: float", "output_bias: float", "states: float", "rows: int32",
          "conditions: float", "direct: float", "direct_bias: float"},
      {"logits: float", "next_states: float"}, {threads}, modelStep);
  registerOperation("EtudeSumRows", {"table: float", "rows: int32"}, {"sums: float"}, {threads}, sumRows);
  registerOperation("EtudeSumRowsBackward", {"table: float", "rows: int32", "d_sums: float"}, {"d_table: float"},
      {threads}, sumRowsBackward);
  registerOperation("EtudeDrop", {"x: float", "dropout: int32"}, {"dropped: float"}, {threads}, drop);
  registerOperation("EtudeCrossEntropy", {"logits: float", "bias: float", "targets: int32", "smoothing: float"},
      {"loss: float", "d_logits: float", "d_bias: float"}, {threads}, crossEntropy);
  registerOperation("EtudeInstructions", {}, {"numbers: float"}, {threads}, instructions);
  registerOperation("EtudeUseThreads", {}, {}, {threads, "beside_others: bool = false"}, useThreads);
  registerOperation("EtudeAdam",
      {"weights: float", "means: float", "squares: float", "gradients: float", "numbers: float"},
      {"new_weights: float", "new_means: float", "new_squares: float"}, {threads}, adam);
  return true;
}();

} // namespace

extern "C" {

/** Lets Node load this library as an add-on; what it exports is of no use there. */
void* napi_register_module_v1(void*, void* exports) { return exports; }
}
