export interface WorkspacePageProps {
  entity: string
  project: string
  /** The run in focus, when the address names one. */
  run?: string
}

export function WorkspacePage({ entity, project }: WorkspacePageProps) {
  return <h1 className="vh">{`${entity}/${project}`}</h1>
}
