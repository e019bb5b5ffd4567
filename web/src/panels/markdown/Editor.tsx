/** The text of a panel, written beside what it becomes. */

import { useEffect, useRef, useState } from 'react'
import { Segmented } from '../../ui/controls'
import type { PanelEditorProps } from '../registry'
import type { MarkdownPanel } from '../schema'
import { MarkdownText } from './Text'

const KEEP_AFTER_MS = 400

export function MarkdownEditor({ panel, onChange }: PanelEditorProps<MarkdownPanel>) {
  const { text = '' } = panel
  const [typed, setTyped] = useState(text)
  const [seen, setSeen] = useState(text)
  const [shown, setShown] = useState<'write' | 'preview'>('write')
  const isTyping = useRef(false)
  // Undo and others change it from outside.
  if (text !== seen) {
    setSeen(text)
    setTyped(text)
  }
  useEffect(() => {
    if (typed === text) return
    const timer = setTimeout(() => {
      // One step of the history per stretch of typing.
      onChange({ text: typed }, { replace: isTyping.current })
      isTyping.current = true
    }, KEEP_AFTER_MS)
    return () => clearTimeout(timer)
  }, [typed, text, onChange])
  // Closed within that time, it is kept at once.
  const latest = useRef({ typed, text, onChange })
  useEffect(() => {
    latest.current = { typed, text, onChange }
  }, [typed, text, onChange])
  useEffect(
    () => () => {
      const { typed, text, onChange } = latest.current
      if (typed !== text) onChange({ text: typed }, { replace: isTyping.current })
    },
    [],
  )
  return (
    <div className="md-editor">
      <Segmented
        small
        label="Text or preview"
        value={shown}
        options={[
          { value: 'write', label: 'Write' },
          { value: 'preview', label: 'Preview' },
        ]}
        onChange={setShown}
      />
      {shown === 'write' ? (
        <textarea
          aria-label="Text in Markdown"
          spellCheck
          rows={18}
          value={typed}
          placeholder={
            '# What we tried\n\nBest so far: {{runs.best.val/acc}} of {{runs.count}} runs, by {{runs.best.val/acc.run}}.\n\n$L = -\\sum_i y_i \\log p_i$'
          }
          onChange={event => setTyped(event.target.value)}
          onBlur={() => {
            isTyping.current = false
          }}
        />
      ) : (
        <MarkdownText text={typed} isNear />
      )}
      <p className="help">
        Live values: <code>{'{{runs.count}}'}</code>, <code>{'{{runs.best.METRIC}}'}</code> (or lowest, highest, mean,
        last; with <code>.run</code> whose it is), <code>{'{{run.NAME.summary.KEY}}'}</code>. A link to a run:{' '}
        <code>[words](run:NAME)</code>.
      </p>
    </div>
  )
}
