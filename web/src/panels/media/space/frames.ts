/** The frames of a scene, from its value or from the file that holds them. */

import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { contentBytes } from '../../../data/media'
import { type Addresses, framesOf, type MediaValue, type SceneFrame } from '../values'

const NONE: readonly SceneFrame[] = []

/** The frame that is shown at a time: the newest that is not after it. */
export function frameAt(frames: readonly SceneFrame[], time: number | null): SceneFrame | undefined {
  if (time === null) return frames[0]
  return frames.findLast(frame => frame.time <= time + 1e-9) ?? frames[0]
}

export function useFrames(
  value: MediaValue,
  time: number | null,
): { frames: readonly SceneFrame[]; frame: SceneFrame | undefined } {
  const file = value.type === 'scene' && value.frames.length === 0 ? value.file : null
  const contents = value.type === 'scene' ? value.contents : NONE_THERE
  const { data } = useQuery({
    queryKey: ['frames', file?.digest || file?.url, Object.keys(contents).length],
    queryFn: async ({ signal }) => {
      const bytes = await contentBytes(file?.url ?? '', file?.path ?? '', signal)
      return framesOf(JSON.parse(new TextDecoder().decode(bytes)), contents)
    },
    enabled: Boolean(file?.url),
    staleTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
    retry: false,
  })
  const frames = value.type === 'scene' ? (value.frames.length > 0 ? value.frames : (data ?? NONE)) : NONE
  return useMemo(() => ({ frames, frame: frameAt(frames, time) }), [frames, time])
}

const NONE_THERE: Addresses = {}
