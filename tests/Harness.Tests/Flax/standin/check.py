"""python3 check.py [TEXT]: runs every recorded call of flax and jax (../vectors) on this stand-in, those whose id holds
TEXT where one is given. Prints, a call, how many are held, not offered, wrong; exit code 1 where one is wrong or where
what is not offered differs from not_offered.txt. `--write` rewrites that list instead."""
import base64
import collections
import json
import os
import sys
import time
from pathlib import Path

os.environ['JAX_ENABLE_X64'] = '1'
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import numpy as np

import jax
import jax.numpy as jnp

VECTORS = HERE.parent / 'vectors'
LIST = HERE / 'not_offered.txt'
# Of the largest expected value; a half type holds about three digits.
CLOSE = {'float64': 1e-12, 'complex128': 1e-12, 'float32': 1e-5, 'complex64': 1e-5, 'float16': 1e-2, 'bfloat16': 1e-2}
# jax.nn.dot_product_attention, nnx's default, computes its softmax in float32 whatever its operands are.
NARROW = 1e-6


def structure(out, leaves):
    """The JSON form of a result: arrays become '*' (appended to leaves in reading order), the rest stays."""
    if isinstance(out, (jax.Array, np.ndarray, np.generic)):
        leaves.append(out)
        return '*'
    if isinstance(out, (tuple, list)):
        return [structure(o, leaves) for o in out]
    if isinstance(out, dict):
        return {str(k): structure(out[k], leaves) for k in sorted(out, key=str)}
    if isinstance(out, bytes):
        return {'base64': base64.b64encode(out).decode()}
    if isinstance(out, (bool, int, float, str)) or out is None:
        return {'value': out}
    raise TypeError(f'a case may not return {type(out)}')


def nest(flat):
    tree = {}
    for path, a in flat.items():
        *heads, last = [n.replace('~1', '/') for n in path.split('/')]
        node = tree
        for h in heads:
            node = node.setdefault(h, {})
        node[last] = a
    return tree


def execute(case, prelude, read):
    """(structure, leaves) of the case; what it raises passes through."""
    with jax.enable_x64(case.get('x64', True)):
        names = dict(prelude)
        names.update({n: read(k) for n, k in case['inputs'].items()})
        flat = {n: read(k) for n, k in case.get('params', {}).items()}
        names['v' if case['api'] == 'linen' else 'p'] = nest(flat) if case['api'] == 'linen' else flat
        exec(case.get('setup', '') + '\n' + case['source'], names)
        leaves = []
        return structure(names['out'], leaves), leaves


def difference(got, want, exact, narrow):
    """What is wrong with an array, or nothing."""
    if str(got.dtype) != str(want.dtype) or got.shape != want.shape:
        return f'{got.dtype}{list(got.shape)} instead of {want.dtype}{list(want.shape)}'
    a, b = np.asarray(got), np.asarray(want)
    if exact or a.dtype.kind not in 'fc':
        same = (a == b) | (a != a) & (b != b)
        if a.dtype.kind == 'f':
            same &= (np.signbit(a) == np.signbit(b)) | (a != a)
        return '' if same.all() else f'{a.ravel()[~same.ravel()][0]!r} instead of {b.ravel()[~same.ravel()][0]!r}'
    finite = np.isfinite(b)
    if not np.array_equal(np.isfinite(a), finite) or not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return 'nan or inf in other places'
    limit = NARROW if narrow else CLOSE[str(want.dtype)]
    drift, scale = np.abs(a[finite] - b[finite]).max(initial=0), np.abs(b[finite]).max(initial=0)
    return '' if drift <= limit * scale else f'drift {drift:.1e} at {scale:.1e}'


def judge(case, prelude, read):
    """'held', 'not offered' or 'wrong', and why."""
    try:
        form, leaves = execute(case, prelude, read)
    except Exception as e:
        name = type(e).__name__
        if name == case.get('raises'):
            return 'held', ''
        missing = isinstance(e, (NotImplementedError, AttributeError))
        return 'not offered' if missing else 'wrong', f'{name}: {e}'
    if 'raises' in case:
        return 'wrong', f"no {case['raises']}"
    want = [read(k) for k in case['outputs']]
    if form != case.get('structure', '*') or len(want) != len(leaves):
        return 'wrong', f'structure {form}'
    weak = [n for n, a in enumerate(leaves) if getattr(a, 'weak_type', False)]
    if weak != case.get('weak', []):
        return 'wrong', f"weak {weak} instead of {case.get('weak', [])}"
    default_attention = 'MultiHeadAttention' in case['call'] and 'attention_fn' not in case['source']
    narrow = default_attention or 'softmax in float32' in case.get('note', '') or any(
        case['call'].startswith(f'{module}.dot_product_attention') for module in ('jax.nn', 'nnx'))
    why = [difference(a, b, case['compare'] == 'exact', narrow) for a, b in zip(leaves, want)]
    return 'wrong' if any(why) else 'held', '; '.join(filter(None, why))


def main(arguments):
    start = time.process_time()
    data = json.loads((VECTORS / 'vectors.json').read_text())
    stored = np.load(VECTORS / 'vectors.npz')
    arrays = {k: jnp.asarray(stored[k]) for k in stored.files}
    for k in data['bfloat16']:
        arrays[k] = jax.lax.bitcast_convert_type(arrays[k], jnp.bfloat16)
    prelude = {}
    exec(data['prelude'], prelude)
    counts, missing, wrong = collections.defaultdict(collections.Counter), [], 0
    wanted = [a for a in arguments if not a.startswith('-')]
    for case in data['cases']:
        if wanted and wanted[0] not in case['id']:
            continue
        verdict, why = judge(case, prelude, lambda k: jnp.asarray(arrays[k]))
        counts[case['api'] + '/' + case['call']][verdict] += 1
        if verdict == 'not offered':
            missing.append(case['id'])
        if verdict == 'wrong' or wanted and verdict != 'held':
            print(verdict.upper(), case['id'], case['source'], '|', why)
        wrong += verdict == 'wrong'
    for call, n in sorted(counts.items()):
        print(f"{call}: {n['held']} held, {n['not offered']} not offered, {n['wrong']} wrong")
    held = sum(n['held'] for n in counts.values())
    print(f'{held} held, {len(missing)} not offered, {wrong} wrong, {time.process_time() - start:.1f} s')
    text = ''.join(f'{i}\n' for i in missing)
    if '--write' in arguments:
        LIST.write_text(text)
    elif not wanted and text != LIST.read_text():
        listed = set(LIST.read_text().split())
        print('not_offered.txt: now also', sorted(set(missing) - listed), 'no longer', sorted(listed - set(missing)))
        return 1
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
