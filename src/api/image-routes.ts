import Type from 'typebox'
import * as images from './images.ts'
import { refusals } from './refusals.ts'
import { nothing } from './route-schema.ts'

const piece = { content: { 'application/octet-stream': { schema: Type.Unsafe<object>({}) } } }

/** Boot media: what is there, and how more are had. */
export const imageRoutes = {
  images: {
    tags: ['network'],
    summary: 'The boot media that are there',
    response: { 200: images.imageList, ...refusals },
  },
  catalogue: {
    tags: ['network'],
    summary: 'The boot media that can be pulled',
    response: { 200: images.catalogueList, ...refusals },
  },
  news: {
    tags: ['network'],
    summary: 'Ask publishers whether they have replaced what was pulled',
    description:
      'Needs the scope admin. By checksum or tag; no image is fetched. `GET /images` has the result.',
    response: { 200: images.newsAnswer, ...refusals },
  },
  pull: {
    tags: ['network'],
    summary: 'Fetch boot media of the catalogue',
    description:
      'Needs the scope admin. Answers when it has begun; `GET /images` tells how far it is. The config is not written.',
    body: images.pullBody,
    response: { 200: images.pullAnswer, ...refusals },
  },
  endPull: {
    tags: ['network'],
    summary: 'Cancel a pull, or forget one that has ended',
    description:
      'Needs the scope admin. What it had fetched is removed; an image that is there stays.',
    params: images.imageParam,
    response: { 204: nothing, ...refusals },
  },
  disc: {
    tags: ['network'],
    summary: 'Begin to bring the ISO of a distribution',
    description:
      'Needs the scope admin. Its bytes follow by `PUT /discs/NAME`. When all are there it is taken apart into an image, whole or not at all; `GET /images` tells how far that is, and the profile. One of which nothing comes for 15 minutes is given up.',
    body: images.discBody,
    response: { 200: images.broughtDisc, ...refusals },
  },
  piece: {
    tags: ['network'],
    summary: 'The next bytes of a disc',
    description:
      'Needs the scope admin. One piece or many; each must arrive within `http.limits.body`. One that is cut leaves nothing, and can be sent again.',
    params: images.imageParam,
    querystring: images.pieceQuery,
    body: piece,
    response: { 200: images.broughtDisc, ...refusals },
  },
  endDisc: {
    tags: ['network'],
    summary: 'Cancel a disc, or forget one that has ended',
    description:
      'Needs the scope admin. What there is of it is removed; an image that is there stays.',
    params: images.imageParam,
    response: { 204: nothing, ...refusals },
  },
} as const
