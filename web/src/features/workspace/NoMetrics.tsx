/** Runs, but no number to draw: what would be here, and the line that fills it. */

import { CopyButton } from '../../ui/clipboard'
import { CodeBox } from '../../ui/CodeBox'
import { Message } from '../../ui/states'

const LINE = 'run.log({"loss": loss})'

export function NoMetrics() {
  return (
    <Message icon="chart" title="No metrics yet" actions={<CopyButton text={`${LINE}\n`} label="Copy line" />}>
      <span>A panel appears here for every number that a run logs. In the training loop:</span>
      <CodeBox label="Python line">
        run.<span className="f">log</span>({'{'}
        <span className="s">"loss"</span>: loss{'})'}
      </CodeBox>
    </Message>
  )
}
