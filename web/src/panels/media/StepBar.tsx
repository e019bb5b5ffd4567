/** The slider of steps: only steps that have something, with play and single steps. */

import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { formatCount } from '../../charts/number'
import { IconButton } from '../../ui/Button'
import { Slider } from '../../ui/controls'
import { cx } from '../../ui/cx'
import { Icon } from '../../ui/icons'

const PLAY_MS = 400

export interface StepBarProps {
  steps: readonly number[]
  /** Null: the newest. */
  step: number | null
  isSynced: boolean
  isWaiting: boolean
  /** While it is dragged. */
  onShow: (step: number | null) => void
  onStep: (step: number | null) => void
}

/** The place of the newest step up to `step`. */
function placeOf(steps: readonly number[], step: number | null): number {
  if (step === null) return steps.length - 1
  let at = 0
  while (at + 1 < steps.length && (steps[at + 1] as number) <= step) at++
  return at
}

export function StepBar({ steps, step, isSynced, isWaiting, onShow, onStep }: StepBarProps) {
  const [isPlaying, setPlaying] = useState(false)
  const at = placeOf(steps, step)
  const last = steps.length - 1
  const stepOf = (place: number): number | null => (place >= last ? null : (steps[Math.max(0, place)] as number))
  const latest = useRef({ at, onStep, stepOf, isWaiting })
  useEffect(() => {
    latest.current = { at, onStep, stepOf, isWaiting }
  })
  useEffect(() => {
    if (!isPlaying) return
    const timer = setInterval(() => {
      const now = latest.current
      // The next one when this one is seen.
      if (now.isWaiting) return
      if (now.at >= last) setPlaying(false)
      else now.onStep(now.stepOf(now.at + 1))
    }, PLAY_MS)
    return () => clearInterval(timer)
  }, [isPlaying, last])
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== '[' && event.key !== ']') return
    event.preventDefault()
    event.stopPropagation()
    onStep(stepOf(at + (event.key === ']' ? 1 : -1)))
  }
  return (
    // The keys of the buttons inside.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <div className={cx('step-bar', isWaiting && 'waiting')} onKeyDown={onKeyDown}>
      <IconButton
        small
        icon={isPlaying ? 'pause' : 'play'}
        label={isPlaying ? 'Stop playing steps' : 'Play steps'}
        onClick={() => {
          if (!isPlaying && at >= last) onStep(stepOf(0))
          setPlaying(!isPlaying)
        }}
      />
      <span className="t3">Step</span>
      <IconButton
        small
        icon="chev-l"
        label="Previous step"
        keys="["
        disabled={at <= 0}
        onClick={() => onStep(stepOf(at - 1))}
      />
      <Slider
        label="Step"
        value={at}
        max={Math.max(1, last)}
        step={1}
        onChange={place => onShow(stepOf(place))}
        onCommit={place => onStep(stepOf(place))}
      />
      <IconButton
        small
        icon="chev-r"
        label="Next step"
        keys="]"
        disabled={at >= last}
        onClick={() => onStep(stepOf(at + 1))}
      />
      <b className="num">{formatCount(steps[at] ?? 0)}</b>
      {step === null && <span className="t3">newest</span>}
      {isSynced && (
        <span className="step-link" title="All media panels of the page that follow its step move together.">
          <Icon name="link" size={12} />
          <span className="vh">follows the page’s step</span>
        </span>
      )}
    </div>
  )
}
