/** Logged histograms of one run, as the server merged them. */

import { tableFromIPC } from '@uwdata/flechette'
import type { Slice } from '../../charts/histogram'
import { api, pathOf } from '../../data/client'
import type { ProjectApi } from '../../data/project'

export const STEPS_MAX = 200

export function decodeHistograms(bytes: Uint8Array): Slice[] {
  const table = tableFromIPC(bytes, { useBigInt: false })
  const column = (name: string) => {
    const found = table.getChild(name)
    if (!found) throw new Error(`The answer is damaged: it has no column ${name}`)
    return found
  }
  const [step, edges, counts] = [column('step'), column('edges'), column('counts')]
  return Array.from({ length: table.numRows }, (_, i) => {
    const slice: Slice = {
      step: Number(step.at(i)),
      edges: Float64Array.from(edges.at(i) as ArrayLike<number>),
      counts: Float64Array.from(counts.at(i) as ArrayLike<number>),
    }
    if (slice.edges.length !== slice.counts.length + 1)
      throw new Error(
        `The answer is damaged: step ${slice.step} has ${slice.counts.length} counts between ${slice.edges.length} edges`,
      )
    return slice
  })
}

export async function readHistograms(
  project: ProjectApi,
  run: string,
  key: string,
  signal: AbortSignal,
): Promise<Slice[]> {
  const body = { key, steps_max: STEPS_MAX }
  return decodeHistograms(await api.arrow(`${project.path}/runs/${pathOf(run)}/histograms`, body, { signal }))
}
