/** Two texts with what differs between them, beside or below each other. */

import { MergeView, unifiedMergeView } from '@codemirror/merge'
import { EditorView } from '@codemirror/view'
import { useEffect, useRef } from 'react'
import { readOnly } from './editor'
import './code.css'

export default function CompareText({
  path,
  left,
  right,
  isSide,
}: {
  path: string
  left: string
  right: string
  isSide: boolean
}) {
  const host = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!host.current) return
    const fold = { collapseUnchanged: { margin: 3, minSize: 6 } }
    const made = isSide
      ? new MergeView({
          parent: host.current,
          a: { doc: left, extensions: readOnly(path, `${path} before`) },
          b: { doc: right, extensions: readOnly(path, `${path} now`) },
          ...fold,
        })
      : new EditorView({
          parent: host.current,
          doc: right,
          extensions: [...readOnly(path, path), unifiedMergeView({ original: left, mergeControls: false, ...fold })],
        })
    return () => made.destroy()
  }, [path, left, right, isSide])
  return <div className={isSide ? 'cm merge side' : 'cm merge'} ref={host} />
}
