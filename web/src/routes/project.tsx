import { useParams } from '@tanstack/react-router'
import { WorkspacePage } from '../features/workspace/WorkspacePage'

export function ProjectRoute() {
  const { entity, project } = useParams({ from: '/$entity/$project' })
  return <WorkspacePage key={`${entity}/${project}`} entity={entity} project={project} />
}

/** The same workspace with one run in focus. */
export function RunRoute() {
  const { entity, project, run } = useParams({ from: '/$entity/$project/runs/$run' })
  return <WorkspacePage key={`${entity}/${project}`} entity={entity} project={project} run={run} />
}
