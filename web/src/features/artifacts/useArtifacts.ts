/** The artifact pages' state as hooks: the API of the project, the view in the address. */

import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useLayoutEffect, useMemo, useRef } from 'react'
import { ArtifactsApi } from '../../data/artifacts'
import { parseVersionView, type VersionView } from './model'

export function useArtifactsApi(entity: string, project: string): ArtifactsApi {
  return useMemo(() => new ArtifactsApi(entity, project), [entity, project])
}

export type VersionChange = { [Name in keyof VersionView]?: VersionView[Name] | undefined }
export type ChangeVersionView = (change: VersionChange, options?: { replace?: boolean }) => void

export function useVersionView(): [VersionView, ChangeVersionView] {
  const search = useSearch({ strict: false })
  const navigate = useNavigate()
  const view = useMemo(() => parseVersionView(search as Record<string, unknown>), [search])
  const latest = useRef(view)
  useLayoutEffect(() => {
    latest.current = view
  }, [view])
  const change = useCallback<ChangeVersionView>(
    (fields, options) => {
      const next = Object.fromEntries(
        Object.entries({ ...latest.current, ...fields }).filter(([, value]) => value !== undefined && value !== false),
      ) as VersionView
      latest.current = next
      void navigate({ to: '.', search: next as never, replace: options?.replace ?? false })
    },
    [navigate],
  )
  return [view, change]
}
