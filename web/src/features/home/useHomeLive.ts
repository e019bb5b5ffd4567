import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { liveHub } from '../../data/live/browser'
import type { Project } from '../../data/projects'

/** Projects listened to: what is on screen at once. The rest is asked for on a clock. */
const WATCHED_MAX = 20
/** Rows may arrive many times a second; the lists need not follow faster than this. */
const SETTLE_MS = 1_000

/** Reads the lists again when the server says that something in these projects changed. */
export function useHomeLive(list: readonly Project[]): void {
  const client = useQueryClient()
  const watched = list
    .slice(0, WATCHED_MAX)
    .map(({ entity, name }) => `${entity}/${name}`)
    .toSorted()
    .join(' ')
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const readAgain = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        for (const key of ['projects', 'running', 'trouble']) void client.invalidateQueries({ queryKey: [key] })
      }, SETTLE_MS)
    }
    const stops = watched
      .split(' ')
      .filter(Boolean)
      .map(project => liveHub().watch(project, readAgain, readAgain))
    return () => {
      clearTimeout(timer)
      for (const stop of stops) stop()
    }
  }, [client, watched])
}
