import type { StoredModel } from './model-file.js';
import { type Encoded, joined, proto } from './protobuf.js';
import type { NamedArray } from './safetensors.js';

// Shapes: T tokens, B pieces at a time, K conditions of each token, H units, V tokens of the vocabulary.
// Numbers of fields are those of onnx/onnx.proto; operations those of version 17.

const FLOAT = 1;
const INT64 = 7;
const OPERATIONS = 17;
/** of onnx.proto, with which these operations came */
const FORMAT = 8;

/**
 * A stacked LSTM as an ONNX model, for other programs to compute with.
 *
 * Inputs are `tokens` (T, B), ids as in the vocabulary; for a model with conditions `conditions` (T, B, K), rows of their values; and for each
 * layer `hidden.N` and `cell.N` (1, B, H), zeros at the beginning of a piece. Outputs are `logits` (T, B, V) and the states behind the last
 * token, `hidden.N.next` and `cell.N.next`. What the model file says of itself, its tokens among it, is in the metadata.
 *
 * @throws {Error} where the model is of another kind
 * @example
 * writeFileSync('model.onnx', modelToOnnx(modelFormat.parse(readFileSync('model.safetensors'))));
 */
export function modelToOnnx({ shape, arrays, metadata }: StoredModel): Uint8Array {
  if (shape.model !== 'stacked-lstm') throw new Error(`expected a model of kind stacked-lstm, found ${shape.model}`);
  const { units: H, layers, vocabulary: V, conditions, tiedEmbeddings } = shape;
  const nodes: Encoded[] = [];
  const constants: Encoded[] = [
    integers('direction.axis', [1]),
    ...(conditions ? [integers('condition.axis', [2])] : []),
  ];
  const constant = (name: string, { shape: dimensions, data }: NamedArray = arrays[name]!) => {
    constants.push(tensor(name, dimensions, data));
    return name;
  };
  const node = (operation: string, inputs: readonly string[], outputs: readonly string[], numbers = {}) => {
    nodes.push(operationNode(operation, inputs, outputs, numbers));
    return outputs[0]!;
  };
  /** The sum of the rows of a table that belong to the conditions of a token, (T, B, width). */
  const told = (table: string) => {
    const rows = node('Gather', [constant(table), 'conditions'], [`${table}.rows`]); // (T, B, K, width)
    return node('ReduceSum', [rows, 'condition.axis'], [`${table}.sum`], { keepdims: 0 });
  };

  let x = node('Gather', [constant('embedding'), 'tokens'], ['embedded']); // (T, B, H)
  if (conditions) x = node('Add', [x, told('conditions.embedding')], ['input']);
  for (let layer = 0; layer < layers; layer++) {
    const [input, recurrent, bias] = lstmConstants(arrays, `lstm.${layer}`, H);
    const given = [
      constant(`lstm.${layer}.W`, input),
      constant(`lstm.${layer}.R`, recurrent),
      constant(`lstm.${layer}.B`, bias),
      // Pieces are all as long.
      '',
      `hidden.${layer}`,
      `cell.${layer}`,
    ];
    const made = [`lstm.${layer}.Y`, `hidden.${layer}.next`, `cell.${layer}.next`];
    const hiddens = node('LSTM', [x, ...given], made, { hidden_size: H }); // (T, 1, B, H)
    x = node('Squeeze', [hiddens, 'direction.axis'], [`lstm.${layer}.output`]); // (T, B, H)
  }
  const weight = tiedEmbeddings ? node('Transpose', ['embedding'], ['output.weight']) : constant('output.weight'); // (H, V)
  let logits = node('MatMul', [x, weight], ['of.body']);
  if (conditions && conditions.directUnits > 0) {
    const sums = node('Add', [told('direct.embedding'), constant('direct.bias')], ['direct.sums']);
    const rectified = node('Relu', [sums], ['direct.units']);
    const direct = node('MatMul', [rectified, constant('direct.weight')], ['of.conditions']);
    logits = node('Add', [logits, direct], ['without.bias']);
  }
  node('Add', [logits, constant('output.bias')], ['logits']);

  const states = Array.from({ length: layers }, (_, layer) => [`hidden.${layer}`, `cell.${layer}`]).flat();
  const inputs = [
    value('tokens', INT64, ['T', 'B']),
    ...(conditions ? [value('conditions', INT64, ['T', 'B', conditions.fields.length])] : []),
    ...states.map((name) => value(name, FLOAT, [1, 'B', H])),
  ];
  const outputs = [
    value('logits', FLOAT, ['T', 'B', V]),
    ...states.map((name) => value(`${name}.next`, FLOAT, [1, 'B', H])),
  ];
  const graph = [
    ...nodes.flatMap((each) => proto.message(1, each)),
    ...proto.text(2, 'etude'),
    ...constants.flatMap((each) => proto.message(5, each)),
    ...inputs.flatMap((each) => proto.message(11, each)),
    ...outputs.flatMap((each) => proto.message(12, each)),
  ];
  return joined([
    ...proto.int(1, FORMAT),
    ...proto.text(2, 'etude'),
    ...proto.message(7, graph),
    ...proto.message(8, [...proto.text(1, ''), ...proto.int(2, OPERATIONS)]),
    ...Object.entries(metadata).flatMap(([name, text]) =>
      proto.message(14, [...proto.text(1, name), ...proto.text(2, text)]),
    ),
  ]);
}

/** Of a layer as ONNX has them: a row for each unit of a gate, gates in the order input, output, forget, candidate. */
function lstmConstants(arrays: StoredModel['arrays'], name: string, H: number): [NamedArray, NamedArray, NamedArray] {
  // Here a column for each, in the order input, forget, output, candidate.
  const gates = [0, 2, 1, 3];
  const rowsOf = ({ shape: [D], data }: NamedArray) => {
    const rows = new Float32Array(4 * H * D!);
    for (let row = 0; row < 4 * H; row++) {
      const column = gates[Math.floor(row / H)]! * H + (row % H);
      for (let d = 0; d < D!; d++) rows[row * D! + d] = data[d * 4 * H + column]!;
    }
    return { shape: [1, 4 * H, D!], data: rows };
  };
  const biases = [`${name}.input.bias`, `${name}.recurrent.bias`].flatMap((each) =>
    gates.flatMap((gate) => [...arrays[each]!.data.subarray(gate * H, (gate + 1) * H)]),
  );
  return [
    rowsOf(arrays[`${name}.input.weight`]!),
    rowsOf(arrays[`${name}.recurrent.weight`]!),
    { shape: [1, 8 * H], data: Float32Array.from(biases) },
  ];
}

/** Attributes are whole numbers. */
function operationNode(
  operation: string,
  inputs: readonly string[],
  outputs: readonly string[],
  numbers: Readonly<Record<string, number>>,
): Encoded {
  const isInt = 2;
  return [
    ...inputs.flatMap((name) => proto.text(1, name)),
    ...outputs.flatMap((name) => proto.text(2, name)),
    ...proto.text(3, outputs[0]!),
    ...proto.text(4, operation),
    ...Object.entries(numbers).flatMap(([name, number]) =>
      proto.message(5, [...proto.text(1, name), ...proto.int(3, number), ...proto.int(20, isInt)]),
    ),
  ];
}

function tensor(
  name: string,
  dimensions: readonly number[],
  { buffer, byteOffset, byteLength }: Float32Array,
): Encoded {
  return constantOf(name, dimensions, FLOAT, new Uint8Array(buffer, byteOffset, byteLength));
}

function integers(name: string, values: readonly number[]): Encoded {
  return constantOf(name, [values.length], INT64, new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer));
}

/** Little-endian bytes of numbers of one type. */
function constantOf(name: string, dimensions: readonly number[], type: number, bytes: Uint8Array): Encoded {
  return [
    ...dimensions.flatMap((size) => proto.int(1, size)),
    ...proto.int(2, type),
    ...proto.text(8, name),
    ...proto.bytes(9, bytes),
  ];
}

/** An input or an output; dimensions are numbers or names of what may differ. */
function value(name: string, type: number, dimensions: readonly (number | string)[]): Encoded {
  const sizes = dimensions.flatMap((size) =>
    proto.message(1, typeof size === 'number' ? proto.int(1, size) : proto.text(2, size)),
  );
  return [
    ...proto.text(1, name),
    ...proto.message(2, proto.message(1, [...proto.int(1, type), ...proto.message(2, sizes)])),
  ];
}
