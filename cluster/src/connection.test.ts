import { expect, test } from 'vitest';
import { ClusterError } from './cluster-error.js';
import { reached } from './connection.js';

const place = { address: 'temporal.example.org:7233', namespace: 'default' };

test.each([
  [
    'tonic::transport::Error(Transport, ConnectError(ConnectError("tcp connect error", 127.0.0.1:1, Os { code: 111, kind: ConnectionRefused, message: "Connection refused" })))',
    'Connection refused',
  ],
  ['Failed to connect before the deadline\n    at somewhere', 'Failed to connect before the deadline'],
])('says why a server cannot be reached (%#)', async (message, why) => {
  const connect = () => Promise.reject(new Error(message));
  await expect(reached(place, connect)).rejects.toThrow(
    new ClusterError(`the Temporal server at temporal.example.org:7233 cannot be reached: ${why}`),
  );
});
