import type { handleUnaryCall } from '@grpc/grpc-js';
import { outcomeUnknown, RequestEndedError } from '@sfm/memory';
import { UNREADABLE } from '../interface/proto-files.js';
import type { CallAdmission } from './call-admission.js';
import { answerOf } from './error-answers.js';
import { callOf, type GrpcCall } from './grpc-call.js';
import { unreadableMessage } from './unreadable-message.js';

/** Work of a call: takes a message, whose fields may all be absent, and resolves with the one that answers it. */
export type UnaryWork = (message: unknown, call: GrpcCall) => Promise<object>;

/** How long work that was told to stop may take to say what it knows. */
const LAST_WORDS_MS = 250;

/** Serves a unary method. */
export function unary(work: UnaryWork, admission: CallAdmission): handleUnaryCall<unknown, object> {
  return ({ metadata, request }, answer) => {
    const call = callOf(metadata);
    const working = call.run(async () => {
      if (request === UNREADABLE) throw unreadableMessage();
      await admission.openScope(call);
      const message = await work(request, call);
      await admission.closeScope(call);
      return message;
    });
    withinBudget(working, call).then(
      (message) => answer(null, message),
      (error: unknown) => answer(answerOf(error, call)),
    );
  };
}

/** Answers at the deadline even where something does not stop in time. */
function withinBudget<T>(working: Promise<T>, { budget, scope }: GrpcCall): Promise<T> {
  if (budget === undefined) return working;
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const stop = budget.budget.onEnd((reason: RequestEndedError) => {
      timer = setTimeout(() => reject(scope.isWriting ? outcomeUnknown(reason) : reason), LAST_WORDS_MS);
    });
    const settled = () => {
      stop();
      clearTimeout(timer);
    };
    working.then(resolve, reject).finally(settled).catch(reject);
  });
}
