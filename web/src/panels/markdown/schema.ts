/** A panel of text as data. */

import type { MarkdownPanel } from '../schema'

/** Its own title, else its first heading, else what it is. */
export function markdownTitle(panel: MarkdownPanel): string {
  if (panel.title) return panel.title
  const heading = /^#{1,6}\s+(.+?)\s*#*$/m.exec(panel.text ?? '')?.[1]
  return heading?.replaceAll(/[*_`]/g, '') ?? 'Text'
}
