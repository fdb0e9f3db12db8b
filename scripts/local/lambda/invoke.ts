/** Lambda's Invoke, as the API and the Step Functions integrations call it. */
export interface InvokeRequest {
  /** A name, a name with qualifier, a partial or a full ARN. */
  functionName: string;
  qualifier?: string;
  /** Default `RequestResponse`. */
  invocationType?: 'RequestResponse' | 'Event' | 'DryRun';
  /** Default `None`. */
  logType?: 'None' | 'Tail';
  /** JSON text. */
  payload: Buffer;
}

export interface InvokeResult {
  /** 200, 202 (Event) or 204 (DryRun). */
  statusCode: number;
  executedVersion: string;
  /** `Unhandled` where the function raised, timed out or crashed. */
  functionError?: string;
  /** The last 4 KiB of the log, base64. */
  logResult?: string;
  /** JSON text; empty for Event and DryRun. */
  payload: Buffer;
  requestId: string;
}

/** Invokes a function. Throws a ServiceError (ResourceNotFoundException, TooManyRequestsException and so on). */
export interface Invoker {
  invoke(request: InvokeRequest): Promise<InvokeResult>;
}
