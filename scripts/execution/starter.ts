/** Who started an execution, as far as its name tells. */
export type Starter =
  | { kind: 'codepipeline'; pipeline_execution_id: string }
  | { kind: 'codebuild'; build_id: string }
  /** By whoever gave it a name of their own. */
  | { kind: 'named' }
  /** The name is a UUID, as `run`, the console, the hook before traffic and CodePipeline's own action give one. */
  | { kind: 'unnamed' };

/** Reads the name of an execution, that of a retry or another attempt as well. */
export function starterOf(name: string): Starter {
  const first = name.replace(/-retry-\d+$/, '').replace(/-attempt-\d+$/, '');
  const { kind, id } = /^(?<kind>codepipeline|codebuild)-(?<id>.+)-[0-9a-f]{8}$/.exec(first)?.groups ?? {};
  if (kind && id) {
    return kind === 'codebuild' ? { kind, build_id: id } : { kind: 'codepipeline', pipeline_execution_id: id };
  }
  return { kind: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(first) ? 'unnamed' : 'named' };
}
