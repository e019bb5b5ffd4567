/** How many comments the regions of a page have: read once for all panels, and again now and then. */

import { countComments } from '../../data/comments'
import type { ProjectApi } from '../../data/project'
import { OfSome } from './followed'

export class CommentCounts extends OfSome<readonly [region: string, count: number]> {
  private readonly path: string

  constructor(path: string) {
    super()
    this.path = path
  }

  of(region: string): number {
    return this.all.find(([id]) => id === region)?.[1] ?? 0
  }

  protected async askOf(regions: readonly string[]): Promise<readonly (readonly [string, number])[]> {
    return Object.entries((await countComments(this.path, 'region', regions)).counts)
  }

  protected markOf(all: readonly (readonly [string, number])[]): string {
    return all.join()
  }
}

const counts = new WeakMap<object, CommentCounts>()

export function commentCountsOf(api: ProjectApi): CommentCounts {
  let made = counts.get(api)
  if (!made) counts.set(api, (made = new CommentCounts(api.path)))
  return made
}
