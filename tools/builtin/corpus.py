"""Makes the training dialogues: endless, random, and the same again for the same seed.

Topics are files of question patterns and answers (topics/*.txt), everyday facts come from facts.py, and words for the
slots from words.toml. In a pattern (a|b|) is a choice, nested at will, and {word} draws from words.toml.
`python corpus.py 20` prints twenty dialogues.
"""
import random
import re
import sys
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import facts

HERE = Path(__file__).parent

# Questions about a name; {} is the name. The same frames serve known topics and unknown things.
FRAMES = """what is {}|what are {}|what's {}|whats {}|explain {}|explain {} to me|explain {} in simple words|tell me about {}|tell me something about {}
can you explain {}|could you explain {} to me|{}|what does {} mean|what is meant by {}|define {}|what do people mean by {}|i want to learn about {}
i would like to understand {}|describe {}|give me a short explanation of {}|give me a definition of {}|how does {} work|how do {} work|what exactly is {}
do you know what {} is|do you know {}|help me understand {}|{} explained|i do not understand {}|i have heard of {}, what is it|teach me about {}|say something about {}
what is {} good for|what is {} used for|what is the point of {}|what is the purpose of {}|what is the idea behind {}|what should i know about {}|why do people talk about {}
why is {} important|why do we need {}|and {}|what about {}|how would you describe {}|meaning of {}|{} meaning|the meaning of {}|i have a question about {}
is {} important|should i know {}|what can you say about {}|more about {}|information about {}|what do you know about {}|why {}|when do i need {}|who needs {}
any idea what {} is|{}: what is it|what's {} all about|{} in a nutshell|in a few words, what is {}|would you tell me what {} is|i keep reading about {}|explain what {} is
explain what {} means|what role does {} play|is {} good|is {} useful|what makes {} useful|why would i want {}|how should i think of {}|what is so special about {}
what is really behind {}|where is {} used|i never understood {}|please explain {}|what kind of thing is {}|who uses {}|can you describe {} in a few words|what is there to know about {}
how important is {}|do i need {}|should i care about {}|what does one use {} for|how do i use {}|a few words about {}|let us talk about {}|i am curious about {}|{}, what is that
what was {} again|remind me what {} is|does {} matter|why does {} matter|what effect does {} have|what good is {}|why is there {}|what do i do with {}|what sort of thing is {}""".replace("\n", "|").split("|")
# Half sentences around a name, in any combination: what counts is the name.
LEADS = """what is|what are|what is the|how does|how do|how is|why is|why does|why do people use|when would i use|where do i meet|can you say what|tell me what|tell me how|tell me why|explain why|explain how
what exactly does|what would|what can|is there a reason for|the idea of|the concept of|the word|the term|so what is|i read about|i saw|somebody told me about|they talk about|what does the word|what does the term
could|should i use|do i have to know|how come there is|how much does|how good is|how often is|which part has|what is that|what is this|i do not get|my question is about|once more|in simple words|please""".replace("\n", "|").split("|")
TAILS = """|||||do|work|mean|exist|matter|used|needed|important|useful|good|made|in a model|in models|in language models|here|exactly|actually|in practice|to me|idea|concept|part|stuff|technique|approach|business
for a model|for me|at all|anyway|and why|and how|and what for|all about|good for|needed for|made of|like|called|done|in hob|in local models|to a beginner|to my mother|to my boss|in one line|in general""".replace("\n", "|").split("|")
OPENERS = ["please ", "hi, ", "hello, ", "hey, ", "hey hob, ", "ok, ", "so ", "well, ", "now ", "can you tell me: ", "tell me, ", "quick question: ",
           "i wonder: ", "one question: ", "hob, ", "and ", "sorry, ", "thanks. ", "great, ", "good. ", "my question: ", "a beginner asks: ", "oh, ", "hello! ", "hi! ", "by the way, ", "next question: ",
           "now i want to know: ", "i am new to this. ", "just out of curiosity, ", "could you tell me, ", "maybe you know: "]
CLOSERS = [", please", " please", ", in short", ", briefly", " in one sentence", ", hob", " for a beginner", " exactly", ", thanks", " then", " again"]
FOLLOW = "tell me more|more|more please|go on|continue|can you say more|can you tell me more about that|what else|and what else|please explain more|tell me more about it|anything else about that|why|why is that|how so|and|i want to know more|more details|can you go on|give me more details|keep going|is there more".split("|")
REPHRASE = "can you say that differently|explain it differently|in other words|say it in other words|i did not understand that|can you put it differently|another explanation please|explain that again|simpler please|can you rephrase that".split("|")
ANOTHER = "another one|one more|another|again|tell me another one|one more please|more|another one please".split("|")
NO_MORE = ["That is all that I know about it. hob pull NAME gets you a model that knows more.",
           "I know no more than that, I am a tiny model. Ask me something else!"]
SYSTEMS = ["You are a helpful assistant.", "You are hob, a small and friendly model.", "Answer briefly.", "You are a helpful, honest assistant.",
           "You are the built-in model of hob.", "Be polite and short.", "You are a friendly spirit of the house.", "Answer in one sentence.", "Be concise."]


@dataclass
class Topic:
    name: str
    questions: list = field(default_factory=list)
    names: list = field(default_factory=list)
    answers: list = field(default_factory=list)
    more: list = field(default_factory=list)
    weight: float = 1.0


def normal(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9+*/=-]+", " ", text.lower()).split())


def load_topics() -> list[Topic]:
    topics = []
    for path in sorted((HERE / "topics").glob("*.txt")):
        share = 2.0 if path.stem == "chat" else 1.0  # small talk is what people try first
        for line in path.read_text().splitlines():
            if head := re.fullmatch(r"\[(.+)\](?: x(\d+))?", line):
                topics.append(Topic(head[1], weight=share * float(head[2] or 1)))
            elif line and not line.startswith("#"):
                key, _, value = line.partition(": ")
                value = value.strip()
                if key in ("names", "concept"):
                    topics[-1].names += value.split(" | ")
                else:
                    {"q": topics[-1].questions, "a": topics[-1].answers, "more": topics[-1].more}[key].append(value.replace(" ?{", " {").replace(" ?(", " ("))
    return topics


class Corpus:
    def __init__(self, seed: int, held_out: set[str] = frozenset()):
        self.rng = random.Random(seed)
        self.held_out = held_out  # normal() forms of questions that must never be asked here
        self.topics = load_topics()
        self.words = {k: v.strip().split("|") if "|" in v else v.split() for k, v in tomllib.loads((HERE / "words.toml").read_text()).items()}
        self.facts = [Topic(n, questions=q, answers=a) for n, q, a in facts.table_topics()]
        self.limits = [t for t in self.topics if t.name in self._limit_names()]
        self.weights = [t.weight for t in self.topics]

    @staticmethod
    def _limit_names():
        return set(re.findall(r"^\[(.+?)\]", (HERE / "topics/limits.txt").read_text(), re.M))

    # --- questions ---
    def slot(self, word: str) -> str:
        rng = self.rng
        if word == "big":
            return str(rng.choice([rng.randint(11, 99), rng.randint(100, 9999)]))
        if word == "day":
            return rng.choice(facts.DAYS)
        if word == "noun":
            word = "thing"
        if word == "thing" and rng.random() < 0.3:  # a word that nobody knows
            return "".join(rng.choice("bcdfghjklmnprstvwz") + rng.choice("aeiou") for _ in range(rng.randint(2, 3))) + rng.choice(["", "n", "r", "s", "x", "l", "m", "ck"])
        if word == "thing" and rng.random() < 0.15:
            return rng.choice(self.words["thing"]) + " " + rng.choice(self.words["thing"])
        return rng.choice(self.words[word])

    def expand(self, pattern: str) -> str:
        while "(" in pattern:
            pattern = re.sub(r"\(([^()]*)\)", lambda m: self.rng.choice(m[1].split("|")), pattern)
        pattern = re.sub(r"\{(\w+)\}", lambda m: self.slot(m[1]), pattern)
        return " ".join(pattern.split())

    def plain_question(self, topic: Topic) -> str:
        if topic.names and (not topic.questions or self.rng.random() < 0.55):
            name = self.expand(self.rng.choice(topic.names))
            if topic.name == "unknown" and self.rng.random() < 0.4:
                name = self.rng.choice(["a ", "the ", "my "]) + name
            if self.rng.random() < 0.35:
                return f"{self.rng.choice(LEADS)} {name} {self.rng.choice(TAILS)}".strip()
            return self.rng.choice(FRAMES).format(name)
        return self.expand(self.rng.choice(topic.questions))

    def typo(self, text: str) -> str:
        i = self.rng.randrange(len(text))
        kind = self.rng.randrange(4)
        if kind == 0:
            return text[:i] + text[i + 1:]
        if kind == 1:
            return text[:i] + text[i] + text[i:]
        if kind == 2:
            return text[:i] + self.rng.choice("abcdefghijklmnopqrstuvwxyz") + text[i + 1:]
        return text[:i] + text[i + 1:i + 2] + text[i:i + 1] + text[i + 2:]

    def noisy(self, text: str) -> str:
        rng = self.rng
        if rng.random() < 0.12:
            text = rng.choice(OPENERS) + text
        if rng.random() < 0.08 and len(text) > 12:
            text += rng.choice(CLOSERS)
        if rng.random() < 0.12 and len(text) > 6:
            text = self.typo(text)
        if rng.random() < 0.6:
            text = re.sub(r"\bi\b", "I", text[:1].upper() + text[1:])
        elif rng.random() < 0.08:
            text = text.upper()
        elif rng.random() < 0.3:
            text = text.lower()
        if rng.random() < 0.25:
            text = re.sub(r"\b([Ww])hat is\b", r"\1hat's", text)
        if rng.random() < 0.15:
            text = text.replace("I am", "I'm").replace("you are", "you're").replace("do not", "don't").replace("cannot", "can't")
        asks = re.search(r"\b(what|why|how|which|who|where|when|is|are|do|does|can|could|should|will|did)\b", text, re.I)
        end = rng.random()
        if text[-1].isalnum() and end < 0.65:
            text += ("?" if asks else rng.choice([".", ".", "!", "?"])) if end < 0.62 else rng.choice(["??", "!!", "..."])
        return text.strip() or "hi"

    def question(self, topic: Topic) -> str:
        while True:
            text = self.noisy(self.plain_question(topic))
            if normal(text) not in self.held_out:
                return text

    # --- dialogues: lists of (role, text) ---
    def topic_turn(self):
        rng = self.rng
        draw = rng.random()
        if draw < 0.09:
            return None, *facts.arithmetic(rng)
        topic = rng.choice(self.facts) if draw < 0.26 else rng.choices(self.topics, self.weights)[0] if draw < 0.92 else rng.choice(self.limits)
        return topic, self.question(topic), rng.choice(topic.answers)

    def name_talk(self):
        rng = self.rng
        name = rng.choice(self.words["person_name"])
        told = self.noisy(rng.choice(["my name is {}", "i am {}", "hi, i am {}", "hello, my name is {}", "i'm {}", "call me {}", "you can call me {}"]).replace("{}", name))
        turns = [("user", told), ("assistant", f"Nice to meet you, {name}! How can I help?")]
        if rng.random() < 0.4:
            _, q, a = self.topic_turn()
            turns += [("user", q), ("assistant", a)]
        asked = self.noisy(rng.choice(["what is my name", "do you know my name", "who am i", "tell me my name", "what's my name", "do you remember my name"]))
        return turns + [("user", asked), ("assistant", f"Your name is {name}.")]

    def follow_up(self, topic, last):
        """A question that leans on the turn before, and its answer."""
        rng = self.rng
        others = [a for a in topic.answers if a != last]
        if topic.name in ("joke", "story", "poem", "riddle", "fun fact"):
            return rng.choice(ANOTHER), rng.choice(others)
        if others and rng.random() < 0.25:
            return rng.choice(REPHRASE), rng.choice(others)
        return rng.choice(FOLLOW), rng.choice(topic.more or NO_MORE)

    def dialogue(self):
        rng = self.rng
        turns = [("system", rng.choice(SYSTEMS))] if rng.random() < 0.2 else []
        if rng.random() < 0.04:
            return turns + self.name_talk()
        topic = last = None
        followed = False
        for _ in range(rng.choices([1, 2, 3, 4], [50, 27, 16, 7])[0]):
            if topic and (topic.names or topic.name in ("joke", "story", "poem", "riddle", "fun fact")) and topic not in self.limits and not followed and rng.random() < 0.45:
                question, last = self.follow_up(topic, last)
                question, followed = self.noisy(question), True
            else:
                topic, question, last = self.topic_turn()
                followed = False
            turns += [("user", question), ("assistant", last)]
        return turns


def held_out_questions() -> set[str]:
    path = HERE / "eval.toml"
    if not path.exists():
        return set()
    return {normal(q) for case in tomllib.loads(path.read_text())["case"] for q in case["ask"]}


if __name__ == "__main__":
    corpus = Corpus(7, held_out_questions())
    print(len(corpus.topics), "topics and", len(corpus.facts), "facts\n")
    for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 10):
        for role, text in corpus.dialogue():
            print(f"{role}: {text}")
        print()
