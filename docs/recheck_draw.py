"""Recompute a draw of random inspections from its published file. Needs Python 3.8 or later and nothing else.

    python3 recheck_draw.py FILE COMMITMENT

COMMITMENT is what was published before the seed. Written after docs/draws.md alone; imports nothing of this system.
"""

import hashlib
import hmac
import sys


def sha256_hmac(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


def numbers(entropy, nonce, personalisation):
    """The 32-bit words of one stream, without end (section 5)."""
    key, value = b"\x00" * 32, b"\x01" * 32
    material = entropy + nonce + personalisation
    key = sha256_hmac(key, value + b"\x00" + material)
    value = sha256_hmac(key, value)
    key = sha256_hmac(key, value + b"\x01" + material)
    value = sha256_hmac(key, value)
    while True:
        for _ in range(32):
            value = sha256_hmac(key, value)
            for at in range(0, 32, 4):
                yield int.from_bytes(value[at : at + 4], "big")
        key = sha256_hmac(key, value + b"\x00")
        value = sha256_hmac(key, value)


def below(words, n):
    """A whole number from 0 to n - 1 (section 6)."""
    while True:
        word = next(words)
        if word < 2**32 - 2**32 % n:
            return word % n


def recompute(head, seed):
    """The lines that have to follow the seed (sections 3 to 8)."""
    rows = [line.split("\t") for line in head.decode("utf-8").split("\n")[:-1]]

    def of(word):
        return [row[1:] for row in rows if row[0] == word]

    from_on, until_on = of("window")[0]
    cap, team = of("cap")[0][0], int(of("team")[0][0])
    nonce, promised = bytes.fromhex(of("nonce")[0][0]), hashlib.sha256(head).digest()

    def start(purpose):
        return numbers(nonce, promised, f"chengguan-draw-1\n{purpose}\n{seed}".encode())

    recused = {(officer, party) for officer, party in of("recusal")}

    lines, officers = [], []
    for officer, _, _, valid_from, valid_until, stated in sorted(of("officer")):
        reason = stated if stated != "-" else ""
        if not reason and not (valid_from <= from_on and until_on <= valid_until):
            reason = "certificate_lapsed"
        if reason:
            lines.append(f"left_out\tofficer\t{officer}\t{reason}")
        else:
            officers.append(officer)

    stays = {}
    for officer, party in recused:
        stays[party] = stays.get(party, 0) + (officer in officers)
    eligible, listed = {}, {}
    for party, _, stratum, visits, stated in sorted(of("party")):
        listed[stratum] = listed.get(stratum, 0) + 1
        reason = stated if stated != "-" else ""
        if not reason and cap != "-" and int(visits) >= int(cap):
            reason = "visited_to_cap"
        if not reason and len(officers) - stays.get(party, 0) < team:
            reason = "no_team"
        if reason:
            lines.append(f"left_out\tparty\t{party}\t{reason}")
        else:
            eligible.setdefault(stratum, []).append(party)

    drawn = []
    for stratum, rate in sorted(of("stratum")):
        parties = eligible.get(stratum, [])
        size, words = len(parties), start("party/" + stratum)
        take = (size * int(rate) + 9999) // 10000
        for i in range(take):
            j = i + below(words, size - i)
            parties[i], parties[j] = parties[j], parties[i]
        drawn += parties[:take]
        lines.append(f"drawn\t{stratum}\t{listed.get(stratum, 0)}\t{size}\t{take}")

    words, load = start("team"), dict.fromkeys(officers, 0)
    for number, party in enumerate(drawn, start=1):
        seats = []
        for _ in range(team):
            may = [one for one in officers if one not in seats and (one, party) not in recused]
            # Parties of this very team are counted when all its seats are taken; those seated are not asked again.
            fewest = min(load[one] for one in may)
            may = [one for one in may if load[one] == fewest]
            seats.append(may[below(words, len(may))])
        for one in seats:
            load[one] += 1
        lines.append("\t".join(["visit", str(number), party, *seats]))
    return lines


def main(path, promised):
    with open(path, "rb") as file:
        content = file.read()
    at = content.index(b"\nnonce\t") + 1
    end = content.index(b"\n", at) + 1
    head, tail = content[:end], content[end:].decode("utf-8").split("\n")[:-1]
    seed = tail[0].split("\t")[1]
    if hashlib.sha256(head).hexdigest() != promised.lower():
        return "承诺值不符：名单、参数或随机数不是事先公布的那一份。"
    if tail[1:] != recompute(head, seed):
        return "结果不符：按公布的种子算出来的不是这个结果。"
    return ""


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("用法：python3 recheck_draw.py 文件 承诺值")
    fault = main(sys.argv[1], sys.argv[2])
    if fault:
        sys.exit(fault)
    sys.stdout.write("相符：承诺值和结果都对。\n")
