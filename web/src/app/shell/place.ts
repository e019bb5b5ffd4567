import { useParams } from '@tanstack/react-router'

export interface Place {
  entity: string | undefined
  project: string | undefined
}

/** Where the reader is: the names in the address. */
export function usePlace(): Place {
  const { entity, project } = useParams({ strict: false })
  return { entity, project }
}
