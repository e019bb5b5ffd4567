/** Over notes that are being written: that somebody else saved others meanwhile, how those differ, and what can be done. */

import { useDeferredValue } from 'react'
import { Ago } from '../../ui/Ago'
import { Button } from '../../ui/Button'
import { DiffView, LINE_PX } from '../../ui/diff/DiffView'
import { Icon } from '../../ui/icons'
import { useNow } from '../../ui/useNow'
import type { Met, NotesDraft } from './draft'

export function NotesMet({ draft }: { draft: NotesDraft }) {
  const { met, isBehind, isFound, bringBack } = draft
  if (met && bringBack) {
    return (
      <p className="notes-met row g3" role="status">
        This is what {met.user || 'somebody'} saved.
        <Button small icon="undo" onClick={bringBack}>
          Bring yours back
        </Button>
      </p>
    )
  }
  if (met) return <Theirs met={met} draft={draft} />
  if (!isBehind && !isFound) return null
  return (
    <p className="notes-met hint" role="status">
      {isFound && 'You wrote this before and did not save it; Cancel discards it. '}
      {isBehind && 'Somebody saved other notes since you began. Saving shows you both.'}
    </p>
  )
}

/** A few lines of each; the rest scrolls. */
const DIFF_LINES_MAX = 8

function Theirs({ met, draft }: { met: Met; draft: NotesDraft }) {
  const nowS = useNow(30_000)
  const typed = useDeferredValue(draft.typed)
  const lines = Math.min(DIFF_LINES_MAX, `${met.text}\n${typed}`.split('\n', DIFF_LINES_MAX).length)
  return (
    <div className="notes-met" role="group" aria-label="Notes that were saved meanwhile">
      <p role="alert">
        <Icon name="warn" size={13} className="warn" /> <b className="b">{met.user || 'Somebody'}</b> saved other notes
        after you began
        {met.timeS > 0 && (
          <>
            {' '}
            (<Ago atS={met.timeS} nowS={nowS} />)
          </>
        )}
        . Nothing is overwritten: yours are in the box, to be saved over theirs or brought together with them.
      </p>
      <div className="notes-diff" style={{ height: lines * LINE_PX + LINE_PX / 2 }}>
        <DiffView left={met.text} right={typed} isUnified label="From theirs to yours" />
      </div>
      <span className="row g3">
        <Button small onClick={draft.takeTheirs}>
          Take theirs
        </Button>
        <Button small disabled={met.text.trim() === ''} onClick={draft.addTheirs}>
          Add theirs below yours
        </Button>
      </span>
    </div>
  )
}
