/** What stands in a tag's chip: of `dataset:v2` the key, quieter, and its value. */

import { keyedTag } from './tags'

export function TagText({ tag }: { tag: string }) {
  const keyed = keyedTag(tag)
  if (!keyed) return tag
  return (
    <>
      <span className="tag-key">
        {keyed.key}
        <span className="vh">:</span>
      </span>
      {keyed.value}
    </>
  )
}
