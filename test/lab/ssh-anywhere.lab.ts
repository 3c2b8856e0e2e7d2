import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { labObstacle } from './packages.ts'
import { installOverSsh, told } from './ssh-story.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(12))

// With a key instead, and UEFI: ssh-script.lab.ts, on such a machine, and sshd-nixos.lab.ts.
t.test('BIOS, stock media with a password; kill -9 in the middle', { skip }, async t => {
  const way = { deploy: 'anywhere', login: 'password' } as const
  const { lab, timeline } = await installOverSsh(t, {
    ...{ firmware: 'bios', ...way },
    prepare: ({ folder }) => writeFileSync(join(folder, 'bin/switches'), 'hang=install\n'),
    async midway(daemon, { folder }) {
      await told(daemon, /^install hangs$/, 60)
      await daemon.kill('SIGKILL')
      rmSync(join(folder, 'bin/switches'))
      await daemon.start()
    },
  })
  const args = lab.runs()
  t.equal(args.length, 2, 'the same boot proved itself: it was started again')
  for (const run of args)
    t.match(run, / --flake \.\/flake#node1 --env-password .*root@10\.77\.0\.20$/)
  t.notMatch(JSON.stringify(timeline), /SSHPASS=/)
  t.match(timeline.map(({ text }) => text).join('\n'), /### Done! ###/)
})
